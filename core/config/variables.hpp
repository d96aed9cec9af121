// SPDX-License-Identifier: Apache-2.0
// Variables of the environment that tcm does not read.
#pragma once

#include <string>
#include <vector>

namespace tcm::config {

/// A line for each of these names that begins with TCM_ and that tcm does not read: most likely it is mistyped. In
/// alphabetical order.
std::vector<std::string> unknown_variables(const std::vector<std::string>& names);

/// The names of the variables of this process's environment.
std::vector<std::string> variables_of_process();

}  // namespace tcm::config
