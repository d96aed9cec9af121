// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/plan_maker.hpp"

#include <unordered_map>

#include <fmt/format.h>

#include "core/util/hash.hpp"

namespace tcm::service {
namespace {

/// Counts the kernels of each group from the newest on. Groups are told apart by hash, which takes little memory; that
/// two of them collide is as likely as a broken disk, and then a kernel too few would be kept by the count: so the
/// hash is of 64 bits.
class NewestOfGroup {
 public:
  NewestOfGroup(const PruneRequest& request, const RootSet& roots) : request_(request), roots_(roots) {}

  /// True for the first `keep_newest` candidates of each group.
  bool stays(const Candidate& candidate) {
    return ++counts_[util::hash64(group_of(candidate))] <= *request_.keep_newest;
  }

  /// "matmul_kernel, 90"
  std::string group_of(const Candidate& candidate) const {
    std::string group;
    for (const std::string& word : request_.group_by) {
      if (!group.empty()) group += ", ";
      group += value_of(candidate, word);
    }
    return group;
  }

 private:
  std::string value_of(const Candidate& candidate, const std::string& word) const {
    if (word == "name") return candidate.name;
    if (word == "backend") return candidate.backend;
    if (word == "arch") return candidate.arch;
    if (word == "version") return candidate.triton_version;
    return roots_.root(candidate.root).path();
  }

  const PruneRequest& request_;
  const RootSet& roots_;
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

}  // namespace

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
  NewestOfGroup newest(context.request, context.roots);
  const bool by_group = context.request.keep_newest.has_value();
  const Reason why = [&](const Candidate& candidate, const PlanItem& item) {
    if (!by_group) return reason(candidate, item);
    return fmt::format("not among the newest {} of {}", *context.request.keep_newest, newest.group_of(candidate));
  };
  return for_each_candidate(context.criteria, by_group, context.roots, context.index,
                            [&](Candidate&& candidate) -> Result<void> {
                              TCM_TRY(check_stop(context));
                              ++context.progress.looked_at;
                              if (by_group && newest.stays(candidate)) {
                                context.plan.kept.count(model::KeptReason::newest, 1);
                                return {};
                              }
                              Verdict verdict = context.judge.judge(candidate);
                              return put_into_plan(context, candidate, std::move(verdict), ledger, why);
                            });
}

}  // namespace tcm::service
