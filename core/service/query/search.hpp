// SPDX-License-Identifier: Apache-2.0
// Asking the index: lists, sums, and all that is known of one record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/query/filters.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct ListRequest {
  FilterWords filters;
  std::string sort;                 ///< "size", "name:asc", "registers", …; empty: newest first
  std::vector<std::string> fields;  ///< resources and metadata fields whose values Row::extra shall hold
  std::optional<std::int64_t> limit;
  bool exact_total = true;  ///< false: count no further than kCountedMatches beyond a limit
};
inline constexpr std::int64_t kCountedMatches = 1000;

/// What stands below a list.
struct ListTotals {
  std::int64_t listed = 0;         ///< rows
  std::uint64_t listed_bytes = 0;  ///< of those rows
  std::int64_t matched = 0;        ///< rows, had there been no limit
  bool counted_all = true;         ///< false: there are more than `matched`
  std::int64_t indexed_kernels = 0;
  std::uint64_t indexed_bytes = 0;
  std::vector<index::RootRow> absent;  ///< roots that are not here, of which nothing is listed
};

/// Calls `each` for the rows, then returns the totals. Without a kind filter only kernels are listed. Errors: usage
/// and those of the index.
Result<ListTotals> list_records(const ListRequest& request, index::Index& index, const Backends& backends,
                                std::int64_t now_ns, const std::function<void(const index::Row&)>& each);

struct StatsRequest {
  FilterWords filters;
  std::vector<std::string> by;  ///< backend, arch, version, name, kind, root, host
  std::int64_t top = 0;         ///< how many of the largest records to name
  std::int64_t spilling = 5;    ///< how many of the kernels that spill most
};

/// Kernels that jobs compiled and none found again, of those of which anybody counted hits.
struct NeverHit {
  std::int64_t counted = 0;  ///< kernels of which hits are known
  std::int64_t kernels = 0;  ///< of them, without any
  std::uint64_t bytes = 0;   ///< of those
};

struct Stats {
  index::Sums total;
  std::vector<std::string> by;
  std::vector<index::Group> groups;
  std::vector<index::Row> top;
  std::vector<index::Row> spilling;  ///< kernels whose threads keep most bytes in memory for want of registers
  std::vector<index::RootRow> roots;
  std::vector<index::RootRow> absent;  ///< roots that are not here, of which nothing counts
  std::int64_t elsewhere = 0;          ///< kernels whose groups name another directory
  NeverHit never_hit;
  model::OtherFiles other_files;  ///< files under the cache directories that lie in no entry
};

/// Sums over everything that matches, all kinds of entries included unless the filters say otherwise.
Result<Stats> stats(const StatsRequest& request, index::Index& index, const Backends& backends, std::int64_t now_ns);

/// All that is known of one record.
struct Shown {
  index::Row row;
  index::Detail detail;
  std::string arch_for_people;
};

/// Either one record, with the others of the same key (further kernels of the entry, copies of it in other roots), or
/// the candidates of an ambiguous word. At most kMaxCandidates of either; `matches` counts all.
struct ShowResult {
  std::optional<Shown> shown;
  std::vector<Shown> also;
  std::vector<index::Row> candidates;
  std::int64_t matches = 0;
  bool by_name = false;  ///< the word is a kernel's name
};
inline constexpr std::int64_t kMaxCandidates = 20;

/// Finds the records of one key, by the key, the beginning of it, or the path of an entry or of a file in one; or a
/// record by its exact name. A whole key wins over a prefix, a prefix over a name. Errors: missing when nothing
/// matches.
Result<ShowResult> show(const std::string& word, const FilterWords& filters, index::Index& index,
                        const Backends& backends, std::int64_t now_ns);

/// "size:asc" as an order: by a column, a resource or a field of the metadata. Without a direction texts begin with the
/// first, all else with the largest or newest. Errors: usage.
Result<index::Order> parse_order(const std::string& text, index::RecordColumns columns = index::record_columns());

}  // namespace tcm::service
