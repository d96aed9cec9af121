// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/usage.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/cache/find/cache_directory.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

using model::EntryKind;

struct FreeableText {
  std::string_view name, text, command;
};
constexpr FreeableText kTrash{"trash", "in the trash", "tcm trash empty"};
constexpr FreeableText kLeftovers{"leftovers", "left over by dead writers", "tcm prune --leftovers"};
constexpr FreeableText kBroken{"broken", "on which jobs fail", "tcm repair"};
constexpr FreeableText kNeverHit{"never_hit", "never hit", "tcm prune --full --where 'hits=0'"};

void add(UsageReport& report, const FreeableText& text, std::uint64_t entries, std::uint64_t bytes) {
  if (entries > 0 || bytes > 0) report.freeable.push_back({text.name, text.text, text.command, entries, bytes});
}

/// hits = 0: a kernel that was compiled under the tracker and never found. What nobody counted has none.
index::Condition without_hits() {
  index::Condition condition;
  condition.kind = index::Condition::Kind::comparison;
  condition.field = index::column_field("hits");
  condition.comparison = index::Comparison::equal;
  condition.value = std::int64_t{0};
  return condition;
}

index::Condition with_a_count() {
  index::Condition condition = without_hits();
  condition.comparison = index::Comparison::greater_equal;
  return condition;
}

Result<void> add_freeable(UsageReport& report, const std::vector<std::int64_t>& root_ids, index::Index& index) {
  index::Criteria here;
  here.root_ids = root_ids;
  const auto ask = [&](const FreeableText& text, const index::Criteria& criteria) -> Result<void> {
    TCM_ASSIGN(const index::Sums sums, index.sum(criteria));
    add(report, text, static_cast<std::uint64_t>(sums.entries), sums.bytes.total());
    return {};
  };
  index::Criteria leftovers = here;
  leftovers.kinds = {EntryKind::leftover, EntryKind::empty, EntryKind::partial};
  TCM_TRY(ask(kLeftovers, leftovers));
  index::Criteria broken = here;
  broken.kinds = {EntryKind::broken};
  TCM_TRY(ask(kBroken, broken));
  index::Criteria counted = here;
  counted.where = {with_a_count()};
  TCM_ASSIGN(const std::int64_t any, index.count(counted, 1));
  report.counted = any > 0;
  index::Criteria never = here;
  never.kinds = {EntryKind::kernel};
  never.where = {without_hits()};
  return ask(kNeverHit, never);
}

/// Asks the index about the roots that were measured.
Result<void> ask_index(UsageReport& report, index::Index& index) {
  TCM_ASSIGN(const auto rows, index.roots());
  std::set<std::string> measured;
  for (const cache::UsePart& part : report.parts)
    if (part.kind == cache::UseKind::entries) measured.insert(part.path);
  std::vector<std::int64_t> ids;
  std::error_code error;
  for (const index::RootRow& row : rows) {
    if (measured.contains(row.location.path))
      ids.push_back(row.id);
    else if (!std::filesystem::exists(row.location.path, error))
      report.absent.push_back(row.location.path);
  }
  return add_freeable(report, ids, index);
}

/// Those that can be searched; what lies in another of them is a part of that one.
std::vector<cache::CacheDirectory> directories_of(const UsageRequest& request, std::vector<Error>& failures) {
  std::vector<cache::CacheDirectory> all;
  for (const std::string& dir : request.cache_dirs) {
    auto found = cache::find_roots(dir, request.layout);
    if (found)
      all.push_back(std::move(*found));
    else
      failures.push_back(std::move(found).error());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::vector<cache::CacheDirectory> outer;
  for (cache::CacheDirectory& directory : all) {
    const bool inner = std::any_of(outer.begin(), outer.end(), [&directory](const cache::CacheDirectory& other) {
      return util::is_at_or_below(directory.path, other.path);
    });
    if (!inner) outer.push_back(std::move(directory));
  }
  return outer;
}

}  // namespace

Result<UsageReport> disk_usage(const UsageRequest& request, index::Index* index, cache::DiskMeter& meter) {
  UsageReport report;
  std::uint64_t trash_files = 0;
  std::uint64_t trash_bytes = 0;
  for (const cache::CacheDirectory& found : directories_of(request, report.failures)) {
    for (cache::UsePart& part : meter.measure(found)) {
      report.total += part.use;
      if (part.kind == cache::UseKind::entries) report.kept += part.use;
      if (part.kind == cache::UseKind::trash) {
        trash_files += part.use.files;
        trash_bytes += part.use.bytes;
      }
      report.parts.push_back(std::move(part));
    }
    if (meter.stop) return fail(ErrorCode::interrupted, "interrupted");
  }
  for (const cache::SearchProblem& problem : meter.problems())
    report.failures.push_back({ErrorCode::denied, problem.path + ": " + problem.message});
  if (report.parts.empty() && !report.failures.empty()) return fail(report.failures.front());
  if (trash_files > 0) add(report, kTrash, 0, trash_bytes);
  if (index != nullptr) TCM_TRY(ask_index(report, *index));
  return report;
}

std::uint64_t percent_of(std::uint64_t used, std::uint64_t limit) {
  if (limit == 0) return 0;
  return static_cast<std::uint64_t>(100.0 * static_cast<double>(used) / static_cast<double>(limit) + 0.5);
}

}  // namespace tcm::service
