// SPDX-License-Identifier: Apache-2.0
// The bins of a root's trash, from outside an editor: what was removed and kept, to be restored or deleted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/read/root.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// What a root's trash holds under one id.
struct TrashBin {
  std::string id;  ///< "tmp.<pid>.<n>": a killed process left it, to be emptied and never restored
  std::int64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;      ///< apparent
  std::uint64_t allocated = 0;  ///< what emptying frees: hard links that also lie elsewhere do not count
  std::int64_t made_ns = 0;     ///< modification time of the bin
  std::uint32_t user = 0;       ///< whose it is
  std::uint64_t inode = 0;      ///< of the bin
  RootId root;                  ///< where it lies
  bool ours = true;             ///< this process may restore and empty it; of others' bins the sums may be unknown, 0
};

/// The bins of a root's trash, oldest first, those of other users too. A root without trash has none. Takes no lock.
/// Errors: as Root::open.
Result<std::vector<TrashBin>> list_trash(const Root& root);

struct TrashReport {
  std::int64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t freed = 0;
  std::vector<std::string> failures;  ///< one line each: an entry whose key is taken again, a refused system call
};

/// Moves the entries of a bin back to where they were; one whose key exists again stays in the bin and is a failure.
/// Takes the root's lock. Errors: missing (no such bin), busy, denied, failed.
Result<TrashReport> restore_trash(const std::string& root_path, const std::string& id);

/// Deletes a bin for good. Takes the root's lock. Errors: as restore_trash.
Result<TrashReport> empty_trash(const std::string& root_path, const std::string& id);

/// The same of a bin that was listed, and of no other: when another directory is at the path, or another or a changed
/// bin has its id by now, it fails.
Result<TrashReport> empty_trash(const std::string& root_path, const TrashBin& listed);

/// Whether `id` can name a bin: a date and a number, "20261123-1".
bool is_trash_id(std::string_view id);

/// The number of an id; 0 for what is none, such as "tmp.<pid>.<n>".
std::uint32_t trash_number(std::string_view id);

/// Sorts by age: by date, then by number, so that "20261123-10" comes after "20261123-9".
bool is_older(const TrashBin& a, const TrashBin& b);

}  // namespace tcm::cache
