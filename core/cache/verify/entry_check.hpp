// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with one entry, as it is now.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/verify/finding.hpp"
#include "core/cache/verify/kernel_on_disk.hpp"
#include "core/cache/verify/lookup.hpp"
#include "core/model/digest.hpp"
#include "core/model/words.hpp"

namespace tcm::cache {

struct EntryCheck {
  Viewpoint viewpoint;
  const FileTypes* types = nullptr;  ///< borrowed
  /// Reads the files that a hit reads and says what is wrong with one of them; empty: nothing but groups and metadata
  /// is read. `entry` is the entry's directory. Must be callable from any thread.
  std::function<std::optional<FileDamage>(int entry, const KernelOnDisk& kernel)> look_into{};
  bool whole = false;           ///< helper modules, stored tunings and keys are checked, too
  bool trust = false;           ///< owners and modes are checked, too
  std::int64_t settled_ns = 0;  ///< what was modified later may still be written: it is no leftover and not partial
};

struct EntryFindings {
  std::vector<Finding> findings;
  std::uint64_t hits = 0, misses = 0, failures = 0, other_roots = 0;  ///< look-ups of the entry's kernels
  std::uint64_t bytes = 0;                                            ///< of its files
  std::uint64_t unrecorded = 0;  ///< binaries and modules of which no digest was recorded
  bool unjudged = false;         ///< a kernel of Triton 2.0, which wrote no groups: no rule says what it does with it
  bool is_entry = true;          ///< false: a directory that is not Triton's, of which nothing was looked at
};

/// Checks the entry `key` below `root`. Follows no symbolic link, reads at most 64 MiB of a module. An entry that
/// changes meanwhile is looked at again; one that is gone has no findings. With `recorded` its binaries and modules are
/// compared with these digests. Thread-safe.
EntryFindings check_entry(int root, const std::string& key, const EntryCheck& check,
                          const model::EntryDigests* recorded = nullptr);

}  // namespace tcm::cache
