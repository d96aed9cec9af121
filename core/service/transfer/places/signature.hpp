// SPDX-License-Identifier: Apache-2.0
// Signatures beside archives. A command of the user makes and checks them: tcm
// knows no keys and trusts nobody.
#pragma once

#include <string>

#include "core/util/result.hpp"

namespace tcm::service {

/// Lets `sh` run a command over a file: each `{}` in it is the file's path,
/// whatever characters that has; without one the path is its last word. The
/// command has this process's standard input, and what it prints goes to
/// standard error. Errors: failed (it ended with another exit code than 0,
/// which the message names).
Result<void> run_over_file(const std::string& command, const std::string& path);

}  // namespace tcm::service
