// SPDX-License-Identifier: Apache-2.0
// What directories take on the disk, as du counts: whole blocks, a file with several names once, over all directories
// of one measurement. Opens directories, never a file; follows no link and enters no mount point.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/cache/find/cache_directory.hpp"
#include "core/cache/places/beside_kinds.hpp"

namespace tcm::cache {

struct DiskUse {
  std::uint64_t files = 0;      ///< names of regular files
  std::uint64_t bytes = 0;      ///< apparent: the sum of their sizes
  std::uint64_t allocated = 0;  ///< on the disk, directories included
  bool complete = true;         ///< false: not all of it was looked at

  DiskUse& operator+=(const DiskUse& more);
};

enum class UseKind : std::uint8_t { entries, trash, beside };

/// What lies in one place of a cache directory and is of one kind.
struct UsePart {
  UseKind kind = UseKind::entries;
  BesideKind beside = BesideKind::other;  ///< of UseKind::beside
  std::string path;                       ///< the root; of what lies next to the entries, the cache directory
  DiskUse use;
};

/// One measurement. Not for several threads; `seen` and `stop` may be used by others meanwhile.
class DiskMeter {
 public:
  /// Looks at no more than `most_files` names in all.
  explicit DiskMeter(std::uint64_t most_files = UINT64_MAX) : left_(most_files) {}

  /// A tree or a file, whatever is in it. One that is not there takes nothing.
  DiskUse measure(const std::string& path);

  /// A cache directory by its parts: each root's entries, each root's trash if it has one, and what lies beside, by
  /// kind, in the order of the roots and of the kinds.
  std::vector<UsePart> measure(const CacheDirectory& directory);

  std::atomic<std::uint64_t> seen{0};   ///< names looked at
  std::atomic<std::uint64_t> bytes{0};  ///< apparent bytes of them
  std::atomic<bool> stop{false};        ///< set it to end early: the rest is missing, and said to be

  /// Directories that could not be looked into, a line each; at most 100.
  const std::vector<SearchProblem>& problems() const { return problems_; }

 private:
  class Walk;
  std::uint64_t left_;
  std::unordered_set<std::string> linked_;  ///< files with several names that were met: device and inode
  std::vector<SearchProblem> problems_;
};

}  // namespace tcm::cache
