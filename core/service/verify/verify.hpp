// SPDX-License-Identifier: Apache-2.0
// Checking caches without changing anything, the index included.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/format/release.hpp"
#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/filters.hpp"
#include "core/service/scan/spellings.hpp"
#include "core/service/verify/findings.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

enum class VerifyLevel : std::uint8_t {
  quick,   ///< groups and metadata
  normal,  ///< and binaries, texts, helper modules, stored tunings, keys
  deep,    ///< and whether binaries and helper modules have the digests that were recorded
};

struct VerifyRequest {
  std::vector<std::string> cache_dirs{};  ///< absolute or not, through links or not; at least one
  std::optional<model::Layout> layout{};  ///< absent: told by shape
  FilterWords filters{};                  ///< without cache directories
  VerifyLevel level = VerifyLevel::normal;
  std::optional<cache::Release> release{};  ///< absent: each kernel's own, else the newest
  std::vector<Spelling> spellings{};        ///< more names of cache directories that groups may rightly use
  std::string seen_at{};                    ///< where processes see the cache directory; empty: where it is
  bool trust = false;
  std::set<cache::FindingId> ignored{};
  std::int64_t grace_ns = 0;  ///< what is younger may still be written: it is no leftover
  unsigned jobs = 1;
};

/// Filled while a run goes on. Every member may be read at any time.
struct VerifyProgress {
  std::atomic<std::uint64_t> entries{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<bool> stop{false};  ///< set it to end the run
};

struct VerifyReport {
  explicit VerifyReport(Findings found) : findings(std::move(found)) {}

  Findings findings;
  std::vector<std::string> roots;  ///< paths
  std::uint64_t entries = 0;
  std::uint64_t hits = 0, misses = 0, failures = 0, other_roots = 0;  ///< what look-ups of kernels come to
  std::uint64_t ignored = 0;                                          ///< findings that were asked not to be told
  std::uint64_t unjudged = 0;                                         ///< kernels of Triton 2.0, see EntryFindings
  std::uint64_t unrecorded = 0;  ///< at the level deep: files without a recorded digest
  std::vector<Error> unread;     ///< cache directories or parts of them that could not be read at all
};

/// Whether a run has to ask the index: there is a filter.
bool needs_index(const VerifyRequest& request);

/// Checks every entry, or those whose records in the index match the filters. `index` is read only; null: without one
/// there may be no filters, and copies are told as moved caches. Errors: usage (filters; several cache directories seen
/// at one path), missing (none of the cache directories is there), denied, interrupted, failed.
Result<VerifyReport> verify_caches(const VerifyRequest& request, index::Index* index, const Backends& backends,
                                   VerifyProgress& progress);

}  // namespace tcm::service
