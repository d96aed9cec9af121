// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/prune.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/service/plan/expired.hpp"
#include "core/service/plan/plan_maker.hpp"
#include "core/service/plan/prune_check.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

/// What to bring in step with the disk.
Result<std::vector<std::string>> concerned(const PruneRequest& request, index::Index& index) {
  if (!request.filters.cache_dirs.empty()) return request.filters.cache_dirs;
  if (!request.cache_dirs.empty()) return request.cache_dirs;
  TCM_ASSIGN(const auto known, index.roots());
  std::set<std::string> dirs;
  for (const index::RootRow& row : known) dirs.insert(row.location.cache_dir);
  if (dirs.empty()) return request.default_dirs;
  return std::vector<std::string>(dirs.begin(), dirs.end());
}

Result<IndexReport> refresh(const PruneRequest& request, const std::vector<std::string>& dirs, index::Index& index,
                            const Backends& backends, PruneProgress& progress) {
  IndexRequest wanted;
  wanted.cache_dirs = dirs;
  wanted.layout = request.layout;
  wanted.jobs = request.jobs;
  progress.indexing.store(true);
  auto report = index_caches(wanted, index, backends, progress.index);
  progress.indexing.store(false);
  return report;
}

std::vector<std::string> paths_of(const IndexReport& report) {
  std::vector<std::string> paths;
  for (const RootReport& root : report.roots) paths.push_back(root.path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Kernels, unless the user or the mode says otherwise.
Result<index::Criteria> criteria_of(const PruneRequest& request, const std::vector<std::string>& dirs,
                                    const Backends& backends, const index::Index& index, std::int64_t now_ns) {
  FilterWords words = request.filters;
  words.cache_dirs = dirs;
  if (words.kinds.empty()) words.kinds = {request.mode == PruneMode::leftovers ? "all" : "kernel"};
  return parse_filters(words, backends, now_ns, index.columns());
}

/// The words that fit every item of an unconditional choice.
Reason reason_of(const PruneRequest& request, std::int64_t now_ns) {
  return [&request, now_ns](const Candidate& candidate, const PlanItem&) -> std::string {
    if (!request.filters.older_than.empty())
      return "modified " + util::format_age(now_ns, candidate.stamp.mtime_ns) + " ago";
    return narrows(request.filters) ? "matches the filters" : "every kernel";
  };
}

/// What a scan passes over is in no record, so a plan that takes everything has to name it.
void note_skipped(const IndexReport& report, Plan& plan) {
  for (const RootReport& root : report.roots) {
    const auto position = std::find(plan.roots.begin(), plan.roots.end(), root.path);
    if (position == plan.roots.end()) continue;
    for (const Skipped& skipped : root.skipped)
      if (skipped.reason == model::SkipReason::symlink)
        plan.kept.add(model::KeptReason::symlink,
                      {static_cast<std::uint32_t>(position - plan.roots.begin()), skipped.name, "not followed"});
  }
}

void note_file_systems(const PruneRequest& request, const RootSet& roots, Plan& plan) {
  if (!request.unused_since_ns && !request.budget.any()) return;
  for (std::uint32_t i = 0; i < roots.size(); ++i)
    if (roots.file_system(i).noatime)
      plan.notes.push_back(roots.root(i).path() +
                           ": its file system keeps no access times (noatime); the last use is the last modification");
}

/// TorchInductor keeps what Triton compiled in its own graph cache as well.
void note_inductor(const PruneRequest& request, const IndexReport& report, Plan& plan) {
  if (request.mode == PruneMode::drop || request.mode == PruneMode::share || request.mode == PruneMode::leftovers)
    return;
  for (const std::uint32_t position : plan.items.roots()) {
    const auto root = std::find_if(report.roots.begin(), report.roots.end(),
                                   [&](const RootReport& known) { return known.path == plan.roots[position]; });
    if (root != report.roots.end() && root->layout == model::Layout::inductor)
      plan.notes.push_back(root->path +
                           ": TorchInductor unpacks removed entries again at its next start, IR included; what lasts "
                           "there is dropping the IR");
  }
}

Result<void> choose_key(const PlanContext& context, const std::string& key, LinkLedger& ledger) {
  index::Criteria one = context.criteria;
  one.key_prefix = key;
  const Reason reason = [](const Candidate&, const PlanItem&) { return std::string("asked for"); };
  const auto take = [&](Candidate&& candidate) -> Result<void> {
    ++context.progress.looked_at;
    if (candidate.key != key) return {};
    return put_into_plan(context, candidate, context.judge.judge(candidate), ledger, reason);
  };
  return for_each_candidate(one, false, context.roots, context.index, take);
}

Result<void> choose_keys(const PlanContext& context) {
  LinkLedger ledger;
  std::set<std::string> done;
  for (const std::string& word : context.request.keys) {
    TCM_TRY(check_stop(context));
    TCM_ASSIGN(const std::string key, whole_key(word, context.criteria, context.index));
    if (done.insert(key).second) TCM_TRY(choose_key(context, key, ledger));
  }
  return {};
}

Result<void> choose(const PlanContext& context) {
  switch (context.request.mode) {
    case PruneMode::duplicates: return choose_duplicates(context);
    case PruneMode::share: return choose_shares(context);
    case PruneMode::keys: return choose_keys(context);
    case PruneMode::leftovers:
    case PruneMode::drop:
    case PruneMode::full: break;
  }
  if (context.request.budget.any()) return choose_by_budget(context);
  return choose_all(context, reason_of(context.request, context.now_ns));
}

/// A budget is about entries; who watches the disk should know what else is there.
void note_trash(const RootSet& roots, Plan& plan) {
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    const auto bins = cache::list_trash(roots.root(i));
    if (!bins) continue;  // expired_bins() says so
    std::uint64_t bytes = 0;
    for (const cache::TrashBin& bin : *bins) bytes += bin.allocated;
    if (bytes > 0)
      plan.notes.push_back(fmt::format("{}: its trash takes {} more; `tcm trash empty` frees them",
                                       roots.root(i).path(), util::format_bytes(bytes)));
  }
}

}  // namespace

Result<Plan> plan_prune(const PruneRequest& request, index::Index& index, const Backends& backends, std::int64_t now_ns,
                        PruneProgress& progress) {
  TCM_TRY(check_request(request));
  TCM_ASSIGN(const std::vector<std::string> dirs, concerned(request, index));
  TCM_ASSIGN(const IndexReport report, refresh(request, dirs, index, backends, progress));
  TCM_ASSIGN(index::Criteria criteria, criteria_of(request, dirs, backends, index, now_ns));
  if (request.mode == PruneMode::keys) criteria.kinds.clear();
  TCM_TRY(check_fields(criteria, index));
  TCM_TRY(check_everything(request, criteria, index));
  std::vector<Error> failures = report.failures;
  const RootSet roots = RootSet::open_to_change(paths_of(report), failures);
  if (roots.size() == 0 && failures.size() == 1) return tl::unexpected(std::move(failures.front()));
  TCM_ASSIGN(PlanItems items, PlanItems::create());
  Plan plan{roots.paths(), std::move(items)};
  plan.failures = std::move(failures);
  note_file_systems(request, roots, plan);
  const Judge judge(request, roots, backends, now_ns);
  const PlanContext context{request, criteria, roots, index, backends, judge, now_ns, progress, plan};
  TCM_TRY(choose(context));
  note_inductor(request, report, plan);
  if (request.mode == PruneMode::full && !narrows(request.filters)) note_skipped(report, plan);
  if (request.trash) {
    TCM_ASSIGN(plan.trash_id, new_trash_id(roots, index, now_ns));
  }
  if (request.budget.max_bytes) note_trash(roots, plan);
  plan.expired = expired_bins(roots, request.trash_keep_ns, request.trash_max_bytes, now_ns, plan.failures);
  return plan;
}

}  // namespace tcm::service
