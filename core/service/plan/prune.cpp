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

/// Those in which something may be changed; of a plan that stays one all of them.
RootSet open_roots(const PruneRequest& request, const std::vector<std::string>& paths, std::vector<Error>& failures) {
  const std::size_t before = failures.size();
  RootSet changeable = RootSet::open_to_change(paths, failures);
  if (!request.dry_run || failures.size() == before) return changeable;
  std::vector<Error> told;  // why a root cannot be opened is in `failures` already
  return RootSet::open(paths, told);
}

/// Kernels, unless the user or the mode says otherwise.
Result<index::Criteria> criteria_of(const PruneRequest& request, const std::vector<std::string>& dirs,
                                    const Backends& backends, std::int64_t now_ns) {
  FilterWords words = request.filters;
  words.cache_dirs = dirs;
  if (words.kinds.empty()) words.kinds = {request.mode == PruneMode::leftovers ? "all" : "kernel"};
  return parse_filters(words, backends, now_ns);
}

/// The words that fit every item of an unconditional choice.
Reason reason_of(const PruneRequest& request, std::int64_t now_ns) {
  return [&request, now_ns](const Candidate& candidate, const PlanItem& item) -> std::string {
    if (request.unused_since_ns) return "last used " + util::format_age(now_ns, item.last_use_ns) + " ago";
    if (!request.filters.older_than.empty())
      return "modified " + util::format_age(now_ns, candidate.stamp.mtime_ns) + " ago";
    return narrows(request.filters) ? "matches the filters" : "every kernel";
  };
}

/// What a scan passes over is in no record, so a plan that takes everything has to name it.
void note_skipped(const IndexReport& report, Plan& plan) {
  for (const RootReport& root : report.roots) {
    const auto position = std::find(plan.roots().begin(), plan.roots().end(), root.path);
    if (position == plan.roots().end()) continue;
    for (const Skipped& skipped : root.skipped)
      if (skipped.reason == model::SkipReason::symlink)
        plan.kept.add(model::KeptReason::symlink,
                      {static_cast<std::uint32_t>(position - plan.roots().begin()), skipped.name, "not followed"});
  }
}

void note_file_systems(const PruneRequest& request, const RootSet& roots, Plan& plan) {
  if (!request.unused_since_ns && !request.budget.any()) return;
  for (std::uint32_t i = 0; i < roots.size(); ++i)
    if (roots.file_system(i).noatime)
      plan.notes.push_back(roots.root(i).path() +
                           ": its file system keeps no access times (noatime); the last use is the last modification");
}

Result<void> choose_key(const Choosing& choosing, const std::string& key, LinkLedger& ledger) {
  index::Criteria one = choosing.criteria;
  one.key_prefix = key;
  const Reason reason = [](const Candidate&, const PlanItem&) { return std::string("asked for"); };
  const auto take = [&](Candidate&& candidate) -> Result<void> {
    ++choosing.progress.looked_at;
    if (candidate.key != key) return {};
    return put_into_plan(choosing, candidate, choosing.judge.judge(candidate), ledger, reason);
  };
  return for_each_candidate(one, false, choosing.roots, choosing.index, take);
}

Result<void> choose_keys(const Choosing& choosing) {
  LinkLedger ledger;
  std::set<std::string> done;
  for (const std::string& word : choosing.request.keys) {
    TCM_TRY(check_stop(choosing));
    TCM_ASSIGN(const std::string key, whole_key(word, choosing.criteria, choosing.index));
    if (done.insert(key).second) TCM_TRY(choose_key(choosing, key, ledger));
  }
  return {};
}

Result<void> choose(const Choosing& choosing) {
  switch (choosing.request.mode) {
    case PruneMode::duplicates: return choose_duplicates(choosing);
    case PruneMode::share: return choose_shares(choosing);
    case PruneMode::keys: return choose_keys(choosing);
    case PruneMode::leftovers:
    case PruneMode::drop:
    case PruneMode::full: break;
  }
  if (choosing.request.budget.any()) return choose_by_budget(choosing);
  return choose_all(choosing, reason_of(choosing.request, choosing.now_ns));
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
  TCM_ASSIGN(index::Criteria criteria, criteria_of(request, dirs, backends, now_ns));
  if (request.mode == PruneMode::keys) criteria.kinds.clear();
  TCM_TRY(check_fields(criteria, {}, "--where", {}, index));
  TCM_TRY(check_everything(request, criteria, index));
  std::vector<Error> failures = report.failures;
  const RootSet roots = open_roots(request, paths_of(report), failures);
  if (roots.size() == 0 && failures.size() == 1) return tl::unexpected(std::move(failures.front()));
  TCM_ASSIGN(Plan plan, Plan::create(roots.paths()));
  plan.failures = std::move(failures);
  note_file_systems(request, roots, plan);
  const Judge judge(request, roots, backends, now_ns);
  const Choosing choosing{request, criteria, roots, index, backends, judge, now_ns, progress, plan};
  TCM_TRY(choose(choosing));
  if (request.mode == PruneMode::full && !narrows(request.filters)) note_skipped(report, plan);
  if (request.trash) {
    TCM_ASSIGN(plan.trash_id, new_trash_id(roots, index, now_ns));
  }
  if (request.budget.max_bytes) note_trash(roots, plan);
  plan.expired = expired_bins(roots, request.trash_keep_ns, request.trash_max_bytes, now_ns, plan.failures);
  return plan;
}

}  // namespace tcm::service
