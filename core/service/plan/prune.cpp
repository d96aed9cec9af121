// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/prune.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/cache/inspect/used_files.hpp"
#include "core/service/plan/copies.hpp"
#include "core/service/plan/expired.hpp"
#include "core/service/plan/known_dirs.hpp"
#include "core/service/plan/plan_maker.hpp"
#include "core/service/plan/prune_check.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/service/scan/spellings.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

/// The cache directories that the index knows of and that may be changed without being named.
std::set<std::string> known_dirs(const PruneRequest& request, const std::vector<index::RootRow>& known,
                                 std::vector<Error>& failures) {
  std::set<std::string> dirs;
  for (const index::RootRow& row : known) dirs.insert(row.location.cache_dir);
  for (auto dir = dirs.begin(); dir != dirs.end();) {
    auto checked = check_known_dir(*dir, request.default_dirs, request.index_on_server);
    if (!checked) failures.push_back(std::move(checked).error());
    dir = checked ? std::next(dir) : dirs.erase(dir);
  }
  return dirs;
}

/// What to bring in step with the disk. An entry that is named by its path concerns its own cache directory alone.
Result<std::vector<std::string>> concerned(const PruneRequest& request, index::Index& index,
                                           std::vector<Error>& failures) {
  if (!request.filters.cache_dirs.empty()) return request.filters.cache_dirs;
  TCM_ASSIGN(const auto known, index.roots());
  std::set<std::string> dirs;
  bool anywhere = request.keys.empty();
  for (const std::string& word : request.keys) {
    const auto place = is_entry_path(word) ? find_entry_path(word, known) : std::nullopt;
    if (place) dirs.insert(place->root.location.cache_dir);
    anywhere |= !place;
  }
  if (anywhere && !request.cache_dirs.empty()) dirs.insert(request.cache_dirs.begin(), request.cache_dirs.end());
  if (anywhere && request.cache_dirs.empty()) dirs.merge(known_dirs(request, known, failures));
  if (dirs.empty() && !failures.empty()) return tl::unexpected(std::move(failures.front()));
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

/// How the caches may be named in their groups.
std::vector<Spelling> spellings_in(const PruneRequest& request) {
  std::vector<std::string> written = request.filters.cache_dirs;
  written.insert(written.end(), request.cache_dirs.begin(), request.cache_dirs.end());
  written.insert(written.end(), request.default_dirs.begin(), request.default_dirs.end());
  return spellings_of(written);
}

std::vector<std::string> paths_of(const IndexReport& report) {
  std::vector<std::string> paths;
  for (const RootReport& root : report.roots)
    if (!root.absent) paths.push_back(root.path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// A line for each root that is not here, and that nothing can be freed in.
std::vector<std::string> absent_notes(const IndexReport& report) {
  std::vector<std::string> notes;
  for (const RootReport& root : report.roots)
    if (root.absent) notes.push_back(root.path + ": is not here now; the index keeps what it knows of it");
  return notes;
}

/// Those in which something may be changed; of a plan that stays one all of them.
RootSet open_roots(const PruneRequest& request, const std::vector<std::string>& paths, std::vector<Error>& failures) {
  const std::size_t before = failures.size();
  RootSet changeable = RootSet::open_to_change(paths, failures);
  if (!request.dry_run || failures.size() == before) return changeable;
  std::vector<Error> told;  // why a root cannot be opened is in `failures` already
  return RootSet::open(paths, told);
}

std::set<std::uint64_t> devices_of(const RootSet& roots) {
  std::set<std::uint64_t> devices;
  for (std::uint32_t i = 0; i < roots.size(); ++i) devices.insert(roots.file_system(i).device);
  return devices;
}

/// Where processes will see the roots; none where that is where they are. Errors (usage): of several cache directories
/// only one can be there.
Result<std::vector<std::string>> seen_at_of(const PruneRequest& request, const IndexReport& report,
                                            const RootSet& roots) {
  std::vector<std::string> all;
  if (request.seen_at.empty()) return all;
  all.resize(roots.size());
  std::set<std::string> dirs;
  for (const RootReport& root : report.roots) {
    const auto position = roots.find(root.path);
    if (!position) continue;
    dirs.insert(root.cache_dir);
    const std::string below = root.path.substr(root.cache_dir.size());
    all[*position] = request.seen_at == "/" && !below.empty() ? below : request.seen_at + below;
  }
  if (dirs.size() > 1)
    return fail(ErrorCode::usage, fmt::format("--to is for one cache directory, and these are {}; choose one with "
                                              "--cache-dir",
                                              dirs.size()));
  return all;
}

/// Kernels, unless the user or the mode says otherwise.
Result<index::Criteria> criteria_of(const PruneRequest& request, const std::vector<std::string>& dirs,
                                    const Backends& backends, const index::Index& index, std::int64_t now_ns) {
  FilterWords words = request.filters;
  words.cache_dirs = dirs;
  if (words.kinds.empty() && request.mode == PruneMode::upkeep) words.kinds = {"!foreign"};
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

/// A drop is for kernels. What is broken keeps all it has, and the user should know that it is.
Result<void> note_broken(const PruneRequest& request, const index::Criteria& criteria, const RootSet& roots,
                         index::Index& index, Plan& plan) {
  const bool is_for_kernels = request.mode == PruneMode::drop || request.mode == PruneMode::relocate;
  if (!is_for_kernels || !request.filters.kinds.empty()) return {};
  index::Criteria broken = criteria;
  broken.kinds = {model::EntryKind::broken};
  broken.elsewhere = false;  // of a group that cannot be read nobody knows what it names
  return for_each_candidate(broken, false, roots, index, [&](Candidate&& candidate) -> Result<void> {
    plan.kept.add(model::KeptReason::broken, {candidate.root, candidate.key, std::string(text_of(candidate.problem))});
    return {};
  });
}

void note_file_systems(const PruneRequest& request, const RootSet& roots, Plan& plan) {
  if (!request.unused_since_ns && !request.budget.any() && !request.dead.version_unused_since_ns) return;
  for (std::uint32_t i = 0; i < roots.size(); ++i)
    if (roots.file_system(i).noatime)
      plan.notes.push_back(
          roots.root(i).path() +
          ": its file system keeps no access times (noatime); the last use is the last modification, or the last "
          "hit where hits are counted");
}

/// TorchInductor keeps what Triton compiled in its own graph cache as well.
void note_inductor(const PruneRequest& request, const IndexReport& report, Plan& plan) {
  if (request.mode == PruneMode::drop || request.mode == PruneMode::share || request.mode == PruneMode::leftovers ||
      request.mode == PruneMode::relocate || request.mode == PruneMode::repair)
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

Result<void> choose(const PlanContext& context, const std::vector<std::string>& dirs) {
  switch (context.request.mode) {
    case PruneMode::duplicates: return choose_duplicates(context);
    case PruneMode::share: return choose_shares(context);
    case PruneMode::keys: return choose_keys(context);
    case PruneMode::repair: return choose_repairs(context, dirs);
    case PruneMode::upkeep: return choose_for_upkeep(context, dirs);
    case PruneMode::leftovers:
    case PruneMode::drop:
    case PruneMode::relocate:
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
  std::vector<Error> failures;
  TCM_ASSIGN(const std::vector<std::string> dirs, concerned(request, index, failures));
  TCM_ASSIGN(const IndexReport report, refresh(request, dirs, index, backends, progress));
  TCM_ASSIGN(index::Criteria criteria, criteria_of(request, dirs, backends, index, now_ns));
  const bool of_any_kind = request.mode == PruneMode::repair && request.filters.kinds.empty();
  if (request.mode == PruneMode::keys || of_any_kind) criteria.kinds.clear();
  TCM_TRY(check_fields(criteria, index));
  TCM_TRY(check_everything(request, criteria, index));
  failures.insert(failures.end(), report.failures.begin(), report.failures.end());
  const RootSet roots = open_roots(request, paths_of(report), failures);
  if (roots.size() == 0 && failures.size() == 1) return tl::unexpected(std::move(failures.front()));
  const std::vector<std::string> absent = absent_notes(report);
  if (roots.size() == 0 && failures.empty() && !absent.empty()) return fail(ErrorCode::missing, absent.front());
  TCM_ASSIGN(PlanItems items, PlanItems::create());
  Plan plan{roots.paths(), roots.ids(), std::move(items)};
  plan.spellings = spellings_in(request);
  plan.failures = std::move(failures);
  plan.notes = absent;
  note_file_systems(request, roots, plan);
  // The index knows which name another directory than theirs; what names the one that is wanted it does not know.
  criteria.elsewhere = request.mode == PruneMode::relocate && request.seen_at.empty();
  TCM_ASSIGN(plan.seen_at, seen_at_of(request, report, roots));
  const cache::UsedFiles used = cache::UsedFiles::look(devices_of(roots));
  const Judge judge(request, roots, backends, used, now_ns);
  const PlanContext context{request, criteria, roots, index, backends, judge, now_ns, progress, plan};
  TCM_TRY(choose(context, dirs));
  note_inductor(request, report, plan);
  TCM_TRY(note_broken(request, criteria, roots, index, plan));
  if (plan.items.sums().entries > 0 && request.mode != PruneMode::share && request.mode != PruneMode::leftovers &&
      request.mode != PruneMode::relocate && request.mode != PruneMode::repair)
    TCM_TRY(note_copies(roots, index, plan));
  if (request.mode == PruneMode::full && !narrows(request.filters)) note_skipped(report, plan);
  if (request.trash) {
    TCM_ASSIGN(plan.trash_id, new_trash_id(roots, index, now_ns));
  }
  if (request.budget.max_bytes) note_trash(roots, plan);
  if (request.mode != PruneMode::relocate && request.mode != PruneMode::repair)
    plan.expired = expired_bins(roots, request.trash_keep_ns, request.trash_max_bytes, now_ns, plan.failures);
  return plan;
}

}  // namespace tcm::service
