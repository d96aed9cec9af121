// SPDX-License-Identifier: Apache-2.0
#include "core/service/report/report.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/service/query/fleet.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

using index::GroupKey;
using index::Row;

constexpr std::size_t kMonths = 24;

Ranges age_ranges() {
  using util::kDay;
  return {{{kDay, "up to a day"},
           {7 * kDay, "up to a week"},
           {30 * kDay, "up to 30 days"},
           {90 * kDay, "up to 90 days"},
           {365 * kDay, "up to a year"}},
          "over a year"};
}

Ranges spill_ranges() {
  return {{{0, "none"}, {16, "1 to 16 B"}, {64, "17 to 64 B"}, {256, "65 to 256 B"}, {1024, "257 to 1,024 B"}},
          "over 1,024 B"};
}

Ranges percent_ranges() {
  return {{{12, "up to 12%"}, {25, "13 to 25%"}, {50, "26 to 50%"}, {75, "51 to 75%"}, {99, "76 to 99%"}}, "100%"};
}

/// Whether two kernels are probably one. Rows come in the order of these columns, so that such stand together.
bool are_alike(const Row& a, const Row& b) {
  return a.name == b.name && a.backend == b.backend && a.arch == b.arch && a.num_warps == b.num_warps &&
         a.num_stages == b.num_stages && a.bytes.binary == b.bytes.binary && a.bytes.total() == b.bytes.total();
}

std::vector<index::Field> fields_of_likeness() {
  std::vector<index::Field> fields;
  for (const char* name : {"name", "backend", "arch", "warps", "stages", "binary", "size"})
    fields.push_back(index::column_field(name));
  return fields;
}

/// Sets of kernels that are probably one, from rows in the order of their likeness; the largest sets are kept.
class DuplicateFinder {
 public:
  void add(const Row& row) {
    if (set_.copies >= 0 && are_alike(set_.kernel, row)) {
      ++set_.copies;
      set_.bytes += row.bytes.total();
      return;
    }
    close();
    set_ = {row, 0, 0};
  }

  void finish(Report& report) {
    close();
    keep_largest();
    report.duplicates = std::move(sets_);
    report.duplicate_kernels = kernels_;
    report.duplicate_bytes = bytes_;
  }

 private:
  void close() {
    if (set_.copies <= 0) return;
    kernels_ += set_.copies;
    bytes_ += set_.bytes;
    sets_.push_back(std::move(set_));
    if (sets_.size() >= 2 * kReportRows) keep_largest();
  }

  void keep_largest() {
    std::stable_sort(sets_.begin(), sets_.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    if (sets_.size() > kReportRows) sets_.resize(kReportRows);
  }

  LikelyDuplicates set_{{}, -1, 0};
  std::vector<LikelyDuplicates> sets_;
  std::int64_t kernels_ = 0;
  std::uint64_t bytes_ = 0;
};

Result<Ranking> rank(const index::Criteria& criteria, std::vector<GroupKey> by, std::vector<std::string> words,
                     index::Index& index) {
  Ranking ranking;
  ranking.by = std::move(words);
  TCM_ASSIGN(ranking.groups, index.group(criteria, by));
  ranking.all = ranking.groups.size();
  if (ranking.all > kReportRows) ranking.groups.resize(kReportRows);
  return ranking;
}

Result<SizeTree> make_tree(const index::Criteria& criteria, index::Index& index) {
  SizeTree tree;
  TCM_ASSIGN(tree.targets, index.group(criteria, {GroupKey::root, GroupKey::backend, GroupKey::arch}));
  for (std::size_t i = kTreeTargets; i < tree.targets.size(); ++i) tree.rest += tree.targets[i].sums.bytes.total();
  if (tree.targets.size() > kTreeTargets) tree.targets.resize(kTreeTargets);
  std::set<std::vector<std::string>> kept;
  for (const index::Group& target : tree.targets) kept.insert(target.values);
  TCM_ASSIGN(auto names, index.group(criteria, {GroupKey::root, GroupKey::backend, GroupKey::arch, GroupKey::name}));
  for (index::Group& name : names) {
    if (tree.names.size() == kTreeNames) break;
    if (kept.contains({name.values.begin(), name.values.end() - 1})) tree.names.push_back(std::move(name));
  }
  return tree;
}

/// One pass over all kernels.
Result<void> count_kernels(index::Criteria criteria, index::Index& index, std::int64_t now_ns, Report& report) {
  criteria.kinds = {model::EntryKind::kernel};
  const index::RecordColumns columns = index.columns();
  const index::RecordColumn* const occupancy = index::find_column(columns, "occupancy");
  Ranges ages = age_ranges();
  Ranges spills = spill_ranges();
  Ranges percents = percent_ranges();
  Months months(kMonths);
  DuplicateFinder duplicates;
  const auto count = [](Ranges& ranges, const std::optional<std::int64_t>& value, std::uint64_t bytes) {
    value ? ranges.count(*value, bytes) : ranges.count_unknown(bytes);
  };
  index::Order order{index::column_field("key"), true, fields_of_likeness()};
  TCM_TRY(index.list(criteria, order, std::nullopt, [&](const Row& row) {
    const std::uint64_t bytes = row.bytes.total();
    ages.count(now_ns - row.modified_ns, bytes);
    count(spills, row.spill_bytes, bytes);
    months.count(row.first_seen_ns, bytes);
    if (occupancy != nullptr) {
      const index::ColumnValue value = index::value_of(columns, *occupancy, row);
      const auto* percent = std::get_if<std::int64_t>(&value);
      count(percents, percent == nullptr ? std::nullopt : std::optional(*percent), bytes);
    }
    duplicates.add(row);
  }));
  report.ages = ages.histogram();
  report.spills = spills.histogram();
  report.first_seen = months.histogram();
  if (occupancy != nullptr) report.occupancy = percents.histogram();
  duplicates.finish(report);
  return {};
}

Result<void> count_problems(index::Criteria criteria, index::Index& index, Report& report) {
  criteria.with_problem = true;
  std::map<model::SkipReason, ProblemSum> sums;
  TCM_TRY(index.list(criteria, {index::column_field("key"), true}, std::nullopt, [&](const Row& row) {
    ProblemSum& sum = sums[row.problem];
    sum.reason = row.problem;
    ++sum.records;
    sum.bytes += row.bytes.total();
  }));
  for (const auto& [reason, sum] : sums) report.problems.push_back(sum);
  std::stable_sort(report.problems.begin(), report.problems.end(),
                   [](const ProblemSum& a, const ProblemSum& b) { return a.records > b.records; });
  return {};
}

}  // namespace

Result<Report> make_report(const FilterWords& filters, index::Index& index, const Backends& backends,
                           std::int64_t now_ns) {
  Report report;
  StatsRequest request;
  request.filters = filters;
  request.top = kReportRows;
  request.spilling = kReportRows;
  TCM_ASSIGN(report.stats, stats(request, index, backends, now_ns));
  TCM_ASSIGN(index::Criteria criteria, parse_filters(filters, backends, now_ns, index.columns()));
  TCM_TRY(ask_hosts(filters, index, criteria));
  TCM_ASSIGN(report.roots, rank(criteria, {GroupKey::host, GroupKey::root}, {"host", "root"}, index));
  TCM_ASSIGN(report.targets, rank(criteria, {GroupKey::backend, GroupKey::arch}, {"backend", "arch"}, index));
  TCM_ASSIGN(report.versions, rank(criteria, {GroupKey::version}, {"Triton"}, index));
  TCM_ASSIGN(report.names, rank(criteria, {GroupKey::name}, {"name"}, index));
  TCM_ASSIGN(report.tree, make_tree(criteria, index));
  TCM_TRY(count_kernels(criteria, index, now_ns, report));
  TCM_TRY(count_problems(criteria, index, report));
  return report;
}

}  // namespace tcm::service
