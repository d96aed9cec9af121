// SPDX-License-Identifier: Apache-2.0
// The directories that the index names. A database is data: before something is removed in what it names, and in
// nothing else that the user said, that is checked.
#pragma once

#include <string>
#include <vector>

#include "core/util/result.hpp"

namespace tcm::service {

/// Whether a directory may be changed because the index names it: absolute, resolved (no symbolic link, no "..") and,
/// when the index is `on_server`, at or below one of `named`, which the user or the environment names. Errors (usage)
/// say what to do.
Result<void> check_known_dir(const std::string& dir, const std::vector<std::string>& named, bool on_server);

}  // namespace tcm::service
