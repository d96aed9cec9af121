// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tcm::cli {

/// A word as a POSIX shell reads it: quoted where it has to be.
std::string shell_word(const std::string& word);

}  // namespace tcm::cli
