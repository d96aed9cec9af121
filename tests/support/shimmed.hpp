// SPDX-License-Identifier: Apache-2.0
// Running a program whose changes of the file system fail, or that is killed in the midst of them: see fault_shim.c.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tcm::test {

struct ShimmedRun {
  int exit_code = -1;  ///< -1 when it was killed by a signal
  int signal = 0;
  std::string output;  ///< standard output and standard error
};

/// Runs the program to its end with the shim and these variables of the environment added. `paused` is called while the
/// program waits at TCM_TEST_PAUSE_AT; it writes little until then.
ShimmedRun run_shimmed(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const std::vector<std::pair<std::string, std::string>>& environment,
                       const std::function<void()>& paused = {});

}  // namespace tcm::test
