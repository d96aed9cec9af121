// SPDX-License-Identifier: Apache-2.0
// Runs the real program as a user does: in a process of its own, with an environment of its own.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tcm::test {

struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;  ///< empty on a terminal: both streams are in `out`
};

struct ProgramRun {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< the whole of it; PATH is added
  std::string directory;                           ///< working directory; empty: the caller's
  int terminal_width = 0;                          ///< over 0: on a terminal of so many columns
  std::string input;                               ///< what stdin holds; stdin is /dev/null when empty
};

/// `program` is a path. Throws std::runtime_error when it cannot be started.
ProgramResult run_program(const std::string& program, const ProgramRun& run);

}  // namespace tcm::test
