// SPDX-License-Identifier: Apache-2.0
// The parts of making a plan, one file for each way to choose. What they share is here.
#pragma once

#include <functional>
#include <string>

#include "core/service/plan/judge.hpp"
#include "core/service/plan/prune.hpp"

namespace tcm::service {

/// What all ways to choose need. Borrowed throughout.
struct PlanContext {
  const PruneRequest& request;
  const index::Criteria& criteria;  ///< the filters
  const RootSet& roots;
  index::Index& index;
  const Backends& backends;
  const Judge& judge;
  std::int64_t now_ns;
  PruneProgress& progress;
  Plan& plan;
};

/// Why a candidate is picked, in a few words.
using Reason = std::function<std::string(const Candidate& candidate, const PlanItem& item)>;

/// The error of a run that the user stopped; nothing when he did not.
Result<void> check_stop(const PlanContext& context);

/// Puts what the judge says of a candidate into the plan: an item, whose `frees` counts linked files by the ledger, or
/// what is kept.
Result<void> put_into_plan(const PlanContext& context, const Candidate& candidate, Verdict&& verdict,
                           LinkLedger& ledger, const Reason& reason);
/// The second half of that alone.
void note_kept(const PlanContext& context, const Candidate& candidate, Verdict&& verdict);

/// Every candidate, in order of key; with limits of age or number those that one of them chooses. No budget.
Result<void> choose_all(const PlanContext& context, const Reason& reason);

/// The entries that the request names. Errors: missing; usage when a word means several.
Result<void> choose_keys(const PlanContext& context);

/// What limits of age or number choose, then the others by their last use until every budget is met.
Result<void> choose_by_budget(const PlanContext& context);

/// What limits of age or number choose, what is dead, leftovers, and then the others as choose_by_budget().
Result<void> choose_for_upkeep(const PlanContext& context, const std::vector<std::string>& cache_dirs);

/// All but the newest of equal kernels of a root.
Result<void> choose_duplicates(const PlanContext& context);

/// What verify finds in these cache directories, and what mends it.
Result<void> choose_repairs(const PlanContext& context, const std::vector<std::string>& cache_dirs);

/// Equal files of different entries, to become one.
Result<void> choose_shares(const PlanContext& context);

}  // namespace tcm::service
