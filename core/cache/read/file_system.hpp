// SPDX-License-Identifier: Apache-2.0
// What the file system says of a root: how full it is, and whether this process may change anything there. Functions
// are thread-safe.
#pragma once

#include <cstdint>

#include "core/cache/read/root.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// A file system that a root lies on.
struct FileSystem {
  std::uint64_t device = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< for an unprivileged user
  bool noatime = false;          ///< access times are not kept: the last use is the last modification
};

/// Errors: failed.
Result<FileSystem> file_system_of(const Root& root);

/// Whether this process could change anything in the root at all. Errors: denied (not its to change), failed (a file
/// system that is mounted read-only).
Result<void> check_changeable(const Root& root);

}  // namespace tcm::cache
