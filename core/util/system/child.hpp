// SPDX-License-Identifier: Apache-2.0
// Running another program as if it had been started in place of this one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/util/result.hpp"

namespace tcm::util {

/// Runs a command, looked for in PATH, with `output` as its standard output and otherwise this process's files, and
/// with this environment in which `variables` are set, and waits for its end. An interrupt from the terminal reaches it
/// as it reaches this process, which goes on; what other processes send to this one (SIGINT, SIGQUIT, SIGTERM, SIGHUP)
/// is passed on to it. Returns its exit code, 128 + n when signal n ended it. Errors: missing, denied (no program),
/// failed. From one thread at a time.
Result<int> run_child(const std::vector<std::string>& command,
                      const std::vector<std::pair<std::string, std::string>>& variables, int output);

}  // namespace tcm::util
