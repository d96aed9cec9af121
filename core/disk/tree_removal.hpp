// SPDX-License-Identifier: Apache-2.0
// Deleting a whole tree that lies in the trash. What lies there came from a cache, so it is as hostile as that: no link
// is followed, no mount point crossed, and depth has a bound.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/disk/directory.hpp"

namespace tcm::disk {

/// Directories deeper below each other than this are left, which is a failure.
inline constexpr int kMaxTreeDepth = 64;
/// So many failures are told in words; the rest would say the same.
inline constexpr std::size_t kMaxFailuresTold = 32;

struct Removal {
  std::uint64_t files = 0;
  std::uint64_t freed = 0;  ///< what the disk got back, directories included: of several hard links the last frees
  std::vector<std::string> failures;  ///< "path below the start: what the system said"
  bool complete = true;
};

/// Deletes `name` in `parent`, a directory or anything else, with all that is in it, and adds to `done`. What cannot be
/// deleted is noted and the rest goes on.
void remove_tree(int parent, const char* name, Removal& done);

/// Deletes one file and adds to `done`; returns 0 or the errno, and notes no failure.
int remove_file(int directory, const char* name, const Node& node, Removal& done);

}  // namespace tcm::disk
