// SPDX-License-Identifier: Apache-2.0
// The tracker: the file of Python that counts look-ups in a job. See python/tcm_hits.py.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/service/hits/job.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Where it was installed: beside the program, or where it was to be installed. Errors: missing.
Result<std::string> tracker_directory();

struct TrackedRun {
  int exit_code = 0;  ///< of the command; 128 + n when signal n ended it
  JobSum sum;
  std::optional<Error> not_run;  ///< why there is nothing of this: the command itself could not be run
  std::optional<Error> unread;   ///< why nothing is known of its look-ups, when that is so
};

/// Runs a command with the tracker in its environment and `output` as its standard output, and sums up what its
/// processes used. Its logs go to TCM_HITS_DIR if that is set, and stay there; otherwise they are removed. Errors: the
/// tracker is not installed, or there is no place for the logs; then the command was not run.
Result<TrackedRun> run_tracked(const std::vector<std::string>& command, int output);

}  // namespace tcm::service
