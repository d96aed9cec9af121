// SPDX-License-Identifier: Apache-2.0
// How many processors this process may use.
#pragma once

#include <string>

namespace tcm::util {

/// Those of its affinity, or fewer when a quota of its control group or of one above (cpu.max of version 2, as
/// containers get it) allows only the time of fewer; rounded up, at least 1. `groups` and `mount` are where the
/// process's groups stand and where their file system is mounted. Safe to call from any thread.
unsigned usable_processors(const std::string& groups = "/proc/self/cgroup",
                           const std::string& mount = "/sys/fs/cgroup");

}  // namespace tcm::util
