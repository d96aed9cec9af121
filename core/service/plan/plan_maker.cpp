// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/plan_maker.hpp"

#include "core/service/plan/choices/limits.hpp"

namespace tcm::service {
Result<void> check_stop(const PlanContext& context) {
  if (!context.progress.index.stop.load(std::memory_order_relaxed)) return {};
  return fail(ErrorCode::interrupted, "interrupted; nothing was changed");
}

void note_kept(const PlanContext& context, const Candidate& candidate, Verdict&& verdict) {
  if (!verdict.kept) return;
  // What is merely in use or within its budget is the ordinary case, and no example of anything.
  if (*verdict.kept == model::KeptReason::recent)
    context.plan.kept.count(*verdict.kept, 1);
  else
    context.plan.kept.add(*verdict.kept, {candidate.root, candidate.key, std::move(verdict.detail)});
}

Result<void> put_into_plan(const PlanContext& context, const Candidate& candidate, Verdict&& verdict,
                           LinkLedger& ledger, const Reason& reason) {
  if (!verdict.item) {
    note_kept(context, candidate, std::move(verdict));
    return {};
  }
  PlanItem& item = *verdict.item;
  for (const LinkedFile& file : verdict.linked) item.frees += ledger.remove(file);
  if (item.reason.empty()) item.reason = reason(candidate, item);
  return context.plan.items.add(item);
}

Result<void> choose_all(const PlanContext& context, const Reason& reason) {
  LinkLedger ledger;
  Limits limits(context);
  const bool limited = context.request.unused_since_ns || context.request.keep_newest;
  const auto take = [&](Candidate&& candidate) -> Result<void> {
    TCM_TRY(check_stop(context));
    ++context.progress.looked_at;
    const bool surplus = limits.is_surplus(candidate);
    if (!surplus && context.request.keep_newest && !context.request.unused_since_ns) {
      context.plan.kept.count(model::KeptReason::newest, 1);
      return {};
    }
    Verdict verdict = context.judge.judge(candidate, surplus);
    if (limited && verdict.item) verdict.item->reason = limits.reason_for(candidate, *verdict.item, surplus);
    return put_into_plan(context, candidate, std::move(verdict), ledger, reason);
  };
  return for_each_candidate(context.criteria, limits.newest_first(), context.roots, context.index, take);
}

}  // namespace tcm::service
