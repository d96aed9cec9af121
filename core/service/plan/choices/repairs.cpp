// SPDX-License-Identifier: Apache-2.0
// What is wrong with entries, and the least that mends each.
#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "core/cache/inspect/known_files.hpp"
#include "core/service/plan/plan_maker.hpp"
#include "core/service/verify/entry_checker.hpp"

namespace tcm::service {
namespace {

using cache::FindingId;
using cache::Repair;
using model::Action;

/// Of several repairs of an entry the strongest is enough.
const cache::Finding* strongest(const PruneRequest& request, const std::vector<cache::Finding>& findings) {
  const cache::Finding* found = nullptr;
  for (const cache::Finding& finding : findings) {
    if (request.only.contains(finding.id) && finding.repair != Repair::none &&
        (!found || finding.repair > found->repair))
      found = &finding;
  }
  return found;
}

class Repairs {
 public:
  Repairs(const PlanContext& context, const EntryChecker& checker) : context_(context), checker_(checker) {
    for (std::size_t i = 0; i < checker.roots().size(); ++i) positions_.emplace(checker.roots()[i].root.path(), i);
  }

  Result<void> take(const Candidate& candidate) {
    const auto position = positions_.find(context_.roots.root(candidate.root).path());
    if (position == positions_.end()) return {};
    TCM_ASSIGN(const EntryChecker::Digests digests, checker_.digests(position->second, {candidate.key}));
    const cache::EntryFindings found = checker_.check(position->second, candidate.key, digests);
    const cache::Finding* worst = strongest(context_.request, found.findings);
    if (!worst) {
      note_unmended(candidate, found.findings);
      return {};
    }
    Verdict verdict;
    const Action action = action_of(candidate, *worst);
    if (takes_others(action, candidate, found)) {
      verdict.kept = model::KeptReason::other_works;
      verdict.detail = text_of(*worst);
    } else {
      const model::ArtifactKind kind =
          cache::kind_by_name(worst->file, candidate.backend, context_.backends.naming().types());
      verdict = context_.judge.judge_as(candidate, action, {kind});
    }
    if (verdict.item) verdict.item->reason = text_of(*worst);
    return put_into_plan(context_, candidate, std::move(verdict), ledger_, {});
  }

 private:
  /// Whether another kernel of the entry works, or would once it were mended, and would lose files, too. A key is of
  /// one kernel; who puts several together has renamed entries.
  static bool takes_others(Action action, const Candidate& candidate, const cache::EntryFindings& found) {
    if (action == Action::drop) return candidate.ordinals.size() > 1 && found.hits > 0;
    if (action != Action::remove) return false;
    std::set<std::string_view> lost;
    for (const cache::Finding& finding : found.findings)
      if (finding.repair == Repair::remove_entry && !finding.group.empty()) lost.insert(finding.group);
    return found.hits + found.misses + found.failures + found.other_roots > lost.size() && !lost.empty();
  }

  static std::string text_of(const cache::Finding& finding) {
    return finding.file.empty() ? std::string(to_string(finding.id))
                                : fmt::format("{}: {}", to_string(finding.id), finding.file);
  }

  /// What fails jobs and nothing mends.
  void note_unmended(const Candidate& candidate, const std::vector<cache::Finding>& findings) {
    for (const cache::Finding& finding : findings)
      if (finding.severity == cache::Severity::error && context_.request.only.contains(finding.id))
        return context_.plan.kept.add(model::KeptReason::unreadable, {candidate.root, candidate.key, text_of(finding)});
  }

  static Action action_of(const Candidate& candidate, const cache::Finding& finding) {
    if (finding.repair == Repair::remove_entry) return Action::remove;
    if (finding.repair == Repair::remove_file) return Action::sweep;
    // A text that is not UTF-8 has to go; one that is gone only from the group. A drop is for kernels, and the index
    // calls this one broken where it reads such a text.
    if (finding.id != FindingId::text_not_utf8) return Action::rewrite;
    return candidate.kind == model::EntryKind::broken ? Action::remove : Action::drop;
  }

  const PlanContext& context_;
  const EntryChecker& checker_;
  std::unordered_map<std::string, std::size_t> positions_;
  LinkLedger ledger_;
};

}  // namespace

Result<void> choose_repairs(const PlanContext& context, const std::vector<std::string>& cache_dirs) {
  VerifyRequest request;
  request.cache_dirs = cache_dirs;
  request.layout = context.request.layout;
  request.level = context.request.level;
  request.release = context.request.release;
  request.grace_ns = context.request.grace_ns;
  request.spellings = context.plan.spellings;
  TCM_ASSIGN(const EntryChecker checker,
             EntryChecker::create(request, &context.index, context.backends, context.plan.failures));
  Repairs repairs(context, checker);
  return for_each_candidate(context.criteria, false, context.roots, context.index,
                            [&](Candidate&& candidate) -> Result<void> {
                              TCM_TRY(check_stop(context));
                              ++context.progress.looked_at;
                              return repairs.take(candidate);
                            });
}

}  // namespace tcm::service
