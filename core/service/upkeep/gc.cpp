// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/gc.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/util/hash.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::service {
namespace {

/// Where the logs are is for the request to say; that nothing was counted is no failure.
Result<std::optional<HitImportReport>> import_what_was_counted(const GcRequest& request, index::Index& index,
                                                               const Backends& backends, PruneProgress& progress) {
  if (!request.hits) return std::optional<HitImportReport>();
  auto report = import_hits(*request.hits, index, backends, progress.index);
  if (report) return std::optional(std::move(*report));
  if (report.error().code == ErrorCode::missing) return std::optional<HitImportReport>();
  return fail(std::move(report).error());
}

std::vector<GcRoot> empty_roots(const Plan& plan) {
  std::vector<GcRoot> roots;
  for (const std::string& path : plan.roots) roots.push_back({path});
  return roots;
}

Result<std::vector<GcRoot>> planned(Plan& plan) {
  std::vector<GcRoot> roots = empty_roots(plan);
  TCM_TRY(plan.items.for_each([&](PlanItem&& item) -> Result<void> {
    GcRoot& root = roots[item.root];
    ++root.entries;
    ++root.causes[static_cast<std::size_t>(item.cause)];
    root.freed += item.frees;
    return {};
  }));
  for (const ExpiredBin& expired : plan.expired) roots[expired.root].freed += expired.bin.allocated;
  return roots;
}

std::vector<GcRoot> done(const Plan& plan, const ExecuteReport& report) {
  std::vector<GcRoot> roots = empty_roots(plan);
  for (const auto& [position, here] : report.by_root) {
    GcRoot& root = roots[position];
    root.entries = here.done.entries;
    root.freed = here.done.frees + here.trash_emptied;
    root.causes = here.entries;
  }
  return roots;
}

}  // namespace

bool GcResult::within_limits() const {
  return plan.meets_budgets(dry_run || plan.empty() ? plan.items.sums() : report.done);
}

bool GcResult::partial() const {
  return !plan.failures.empty() || plan.kept.has_damage() || report.partial() || report.interrupted;
}

Result<GcResult> collect_garbage(const GcRequest& request, index::Index& index, const Backends& backends,
                                 std::int64_t now_ns, PruneProgress& progress) {
  TCM_ASSIGN(auto hits, import_what_was_counted(request, index, backends, progress));
  TCM_ASSIGN(Plan plan, plan_prune(request.prune, index, backends, now_ns, progress));
  GcResult result(std::move(plan));
  result.hits = std::move(hits);
  result.dry_run = request.prune.dry_run;
  if (result.dry_run) {
    TCM_ASSIGN(result.roots, planned(result.plan));
    return result;
  }
  if (!result.plan.empty()) {
    const ExecuteOptions options{request.prune.grace_ns, false, request.prune.jobs};
    TCM_ASSIGN(result.report, execute(result.plan, options, index, backends, progress));
  }
  result.roots = done(result.plan, result.report);
  return result;
}

std::string gc_stamp_path(const std::string& data_dir, const std::vector<std::string>& cache_dirs) {
  std::string selection;
  for (const std::string& dir : cache_dirs) selection += dir + '\n';
  return data_dir + (selection.empty() ? "/gc.stamp" : fmt::format("/gc-{:016x}.stamp", util::hash64(selection)));
}

std::string sum_up(const GcRoot& root, bool dry_run) {
  if (root.entries == 0 && root.freed == 0) return {};
  std::string causes;
  for (const CauseWord& cause : kCauses)
    if (const std::uint64_t count = root.causes[static_cast<std::size_t>(cause.value)]; count > 0)
      causes += fmt::format("{}{} {}", causes.empty() ? ": " : ", ", util::format_count(count), cause.text);
  return fmt::format("{} {}, {} {}{}", dry_run ? "would free" : "freed", util::format_bytes(root.freed),
                     util::format_count(root.entries), root.entries == 1 ? "entry" : "entries", causes);
}

}  // namespace tcm::service
