// SPDX-License-Identifier: Apache-2.0
// Bringing the index in step with the disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/model/entry.hpp"
#include "core/service/backends.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct IndexRequest {
  std::vector<std::string> cache_dirs{};  ///< absolute or not, through links or not; at least one
  std::optional<model::Layout> layout{};  ///< absent: told by shape
  unsigned jobs = 1;                      ///< reading threads
  bool full_rescan = false;               ///< read every entry, changed or not
  bool digests = false;                   ///< record SHA-256 of what processes run, where it is not known yet
  /// A root that has been absent for longer is forgotten; absent: none is.
  std::optional<std::int64_t> forget_after_ns{};
};

/// Filled while a run goes on, for whoever wants to show it. Every member may be read at any time.
struct IndexProgress {
  std::atomic<std::uint64_t> seen{0};   ///< entries looked at
  std::atomic<std::uint64_t> read{0};   ///< entries opened
  std::atomic<std::uint64_t> bytes{0};  ///< bytes of the entries opened
  std::atomic<bool> stop{false};        ///< set it to end the run: what was committed stays, the index is consistent
};

/// One thing that was not indexed as what it looks like.
struct Skipped {
  std::string name;  ///< of the entry, as it stands on disk
  model::SkipReason reason = model::SkipReason::none;
  std::string detail;
  bool broken = false;  ///< of kind broken
};

/// What a run did with one root. new, changed, gone and unchanged count entries; kernels counts kernels.
struct RootReport {
  std::string path;
  std::string cache_dir;
  model::Layout layout = model::Layout::triton;
  std::int64_t kernels = 0;
  std::int64_t entries = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t added = 0;
  std::int64_t changed = 0;
  std::int64_t gone = 0;
  std::int64_t unchanged = 0;
  std::int64_t digests = 0;    ///< files whose digests this run computed
  std::int64_t elsewhere = 0;  ///< kernels whose groups name another directory
  bool absent = false;         ///< it is not here today; the sums are those of the index, which keeps it
  std::map<model::SkipReason, std::int64_t> broken_reasons;  ///< of entries of kind broken
  std::map<model::SkipReason, std::int64_t> skip_reasons;    ///< of the rest
  std::vector<Skipped> skipped;                              ///< both, at most kMaxSkippedListed, in order of name

  std::int64_t broken_count() const;
  std::int64_t skipped_count() const;
};

inline constexpr std::size_t kMaxSkippedListed = 1000;

struct IndexReport {
  std::vector<RootReport> roots;
  std::int64_t before = 0;      ///< kernels in the whole index before the run
  std::int64_t now = 0;         ///< … and after it
  std::vector<Error> failures;  ///< cache directories or parts of them that could not be read at all

  /// True when something was skipped that should not have been, or failed: the run is partly done.
  bool partial() const;
};

/// Indexes every root of the cache directories. A directory that cannot be read is a failure in the report; when none
/// of them can, that is the error. One that is not there, but of which the index knows roots, is none: they are absent,
/// and stay in the index with all that it knows of them. Errors: missing, denied, busy, interrupted, failed.
Result<IndexReport> index_caches(const IndexRequest& request, index::Index& index, const Backends& backends,
                                 IndexProgress& progress);

struct Forgotten {
  std::int64_t roots = 0;
  std::int64_t entries = 0;
};

/// Makes the index forget the roots at or below these directories, here or absent, with all that it knows of them.
/// Nothing on the disk is looked at. Errors: missing, when the index knows no root there; those of the index.
Result<Forgotten> forget_caches(const std::vector<std::string>& dirs, index::Index& index);

}  // namespace tcm::service
