// SPDX-License-Identifier: Apache-2.0
// The upkeep that nobody watches: what jobs counted comes into the index, and what the settings call for goes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/change/execute.hpp"
#include "core/service/hits/import.hpp"
#include "core/service/plan/prune.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct GcRequest {
  PruneRequest prune;                      ///< see upkeep_request()
  std::optional<HitImportRequest> hits{};  ///< absent: nothing is imported
};

/// What happened in one root, or in a dry run what would happen.
struct GcRoot {
  std::string path;
  std::uint64_t entries = 0;                           ///< that went, or of which something went
  std::uint64_t freed = 0;                             ///< bytes that the disk got back, of the trash, too
  std::array<std::uint64_t, kCauses.size()> causes{};  ///< of `entries`, by Cause
};

struct GcResult {
  explicit GcResult(Plan made) : plan(std::move(made)) {}

  Plan plan;
  bool dry_run = false;
  ExecuteReport report{};       ///< empty in a dry run
  std::vector<GcRoot> roots{};  ///< all of the plan
  std::optional<HitImportReport> hits{};

  /// Whether every limit is met, or would be.
  bool within_limits() const;
  /// Whether something could not be done.
  bool partial() const;
};

/// Imports, plans and carries out, as a prune does. Errors: those of import_hits(), plan_prune() and execute().
Result<GcResult> collect_garbage(const GcRequest& request, index::Index& index, const Backends& backends,
                                 std::int64_t now_ns, PruneProgress& progress);

/// The file that says when gc last succeeded; of some cache directories it is another one than of all.
std::string gc_stamp_path(const std::string& data_dir, const std::vector<std::string>& cache_dirs);

/// "freed 1.2 GiB, 34 entries: 30 unused (prune.unused_for), 4 left by dead writers"; empty when nothing happened.
std::string sum_up(const GcRoot& root, bool dry_run);

}  // namespace tcm::service
