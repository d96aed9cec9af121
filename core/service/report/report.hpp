// SPDX-License-Identifier: Apache-2.0
// All that an index tells of caches at a glance, bounded whatever the index holds: sums, the largest of each kind of
// group, kernels by age and figures, likely duplicates, problems. Nothing is read but the index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/filters.hpp"
#include "core/service/query/search.hpp"
#include "core/service/report/histogram.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// No table of a report has more rows.
inline constexpr std::size_t kReportRows = 200;

/// The largest groups, and how many there are.
struct Ranking {
  std::vector<std::string> by;
  std::vector<index::Group> groups;  ///< largest bytes first, at most kReportRows
  std::size_t all = 0;
};

/// Kernels that agree in name, target, launch facts and sizes, so that they are probably one under several keys.
struct LikelyDuplicates {
  index::Row kernel;        ///< one of them
  std::int64_t copies = 0;  ///< besides it
  std::uint64_t bytes = 0;  ///< of the copies
};

struct ProblemSum {
  model::SkipReason reason = model::SkipReason::none;
  std::int64_t records = 0;
  std::uint64_t bytes = 0;
};

/// Sizes by root, by backend and architecture in it, and by name in those: the largest of each, and what they leave.
struct SizeTree {
  std::vector<index::Group> targets;  ///< root, backend, arch; at most kTreeTargets
  std::vector<index::Group> names;    ///< root, backend, arch, name; at most kTreeNames, all of `targets`
  std::uint64_t rest = 0;             ///< bytes outside `targets`
};
inline constexpr std::size_t kTreeTargets = 60;
inline constexpr std::size_t kTreeNames = 400;

struct Report {
  Stats stats;  ///< by kind, with the largest entries and the largest spills
  Ranking roots, targets, versions, names;
  SizeTree tree;
  Histogram ages, spills, first_seen;
  std::optional<Histogram> occupancy;        ///< in percent; absent when the index has no such column
  std::vector<LikelyDuplicates> duplicates;  ///< most bytes first, at most kReportRows
  std::int64_t duplicate_kernels = 0;        ///< of all of them
  std::uint64_t duplicate_bytes = 0;
  std::vector<ProblemSum> problems;  ///< most first
};

/// Time grows with the number of records that match, memory with the number of groups. Errors: usage and those of the
/// index.
Result<Report> make_report(const FilterWords& filters, index::Index& index, const Backends& backends,
                           std::int64_t now_ns);

}  // namespace tcm::service
