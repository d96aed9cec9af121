// SPDX-License-Identifier: Apache-2.0
// Budgets: after what other limits choose the least recently used goes, in one order over all roots, until every budget
// is met.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "core/cache/inspect/entry_look.hpp"
#include "core/service/plan/choices/limits.hpp"
#include "core/service/plan/plan_maker.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

/// What all entries of the roots take, whatever the filters.
struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

Result<Usage> measure(const PlanContext& context) {
  index::Criteria everything;
  everything.root_paths = context.criteria.root_paths;
  Usage usage;
  LinkLedger names;
  const auto add = [&](Candidate&& candidate) -> Result<void> {
    TCM_TRY(check_stop(context));
    ++context.progress.looked_at;
    const cache::Inspection seen = cache::inspect(context.roots.root(candidate.root), candidate.key);
    usage.bytes += seen.allocated;
    usage.files += seen.files.size();
    // Each of several names was counted whole; all but the first are taken off again.
    for (const cache::InspectedFile& file : seen.files)
      if (file.node.links > 1 && names.remove({file.node.device, file.node.inode, 2, file.node.allocated}) > 0)
        usage.bytes -= std::min(usage.bytes, file.node.allocated);
    return {};
  };
  TCM_TRY(for_each_candidate(everything, false, context.roots, context.index, add));
  return usage;
}

/// One thing that must not be more than `target`.
struct Gauge {
  BudgetState state;
  unsigned low_water = 100;
  std::optional<std::uint64_t> device;  ///< only what lies on this file system counts

  bool exceeded() const { return state.afterwards > state.target; }
};

/// The rule in words, or what it would be on the command line.
std::string rule_or(const std::string& rule, std::string_view option, const std::string& amount) {
  return rule.empty() ? fmt::format("{} {}", option, amount) : rule;
}

std::uint64_t reduced(std::uint64_t allowed, unsigned percent) {
  return allowed / 100 * percent + allowed % 100 * percent / 100;
}

Gauge gauge_of(std::string limit, std::uint64_t used, std::uint64_t allowed, unsigned low_water, Measure measure) {
  Gauge gauge;
  gauge.state = {std::move(limit), used, allowed, allowed, used, measure};
  gauge.low_water = low_water;
  return gauge;
}

/// Once a limit is passed by what is left, the low water mark counts.
void set_targets(std::vector<Gauge>& gauges) {
  for (Gauge& gauge : gauges)
    if (gauge.exceeded()) gauge.state.target = reduced(gauge.state.allowed, gauge.low_water);
}

std::vector<Gauge> gauges_of(const PlanContext& context, const Usage& usage) {
  const Budget& budget = context.request.budget;
  std::vector<Gauge> gauges;
  if (budget.max_bytes)
    gauges.push_back(gauge_of(rule_or(budget.size_rule, "--max-size", util::format_bytes(*budget.max_bytes)),
                              usage.bytes, *budget.max_bytes, budget.low_water, Measure::bytes));
  if (budget.max_files)
    gauges.push_back(gauge_of(rule_or(budget.files_rule, "--max-files", util::format_count(*budget.max_files)),
                              usage.files, *budget.max_files, budget.low_water, Measure::files));
  if (!budget.min_free && !budget.min_free_percent) return gauges;
  std::map<std::uint64_t, std::uint32_t> devices;
  for (std::uint32_t i = 0; i < context.roots.size(); ++i) devices.emplace(context.roots.file_system(i).device, i);
  for (const auto& [device, root] : devices) {
    const cache::FileSystem& file_system = context.roots.file_system(root);
    const std::uint64_t wanted =
        budget.min_free_percent ? reduced(file_system.total_bytes, *budget.min_free_percent) : *budget.min_free;
    const std::string rule = rule_or(budget.free_rule, "--min-free", util::format_bytes(wanted));
    // In terms of what is missing: so much too much is used.
    Gauge gauge = gauge_of(fmt::format("{} where {} lies", rule, context.roots.root(root).path()),
                           wanted - std::min(wanted, file_system.free_bytes), 0, 100, Measure::missing);
    gauge.device = device;
    gauges.push_back(std::move(gauge));
  }
  return gauges;
}

/// A candidate that may go, in the spool, and what sorts it.
struct Removable {
  std::int64_t last_use_ns = 0;
  std::uint64_t position = 0;
  bool chosen = false;  ///< by another limit: goes whatever the budgets say

  auto order() const { return std::tuple(!chosen, last_use_ns, position); }
};

void pack_linked(util::Packer& packer, const std::vector<LinkedFile>& linked) {
  packer.number(linked.size());
  for (const LinkedFile& file : linked)
    for (const std::uint64_t value : {file.device, file.inode, file.links, file.allocated}) packer.number(value);
}

std::vector<LinkedFile> unpack_linked(util::Unpacker& unpacker) {
  std::vector<LinkedFile> linked;
  for (std::uint64_t left = unpacker.number(); left > 0; --left) {
    LinkedFile file;
    for (std::uint64_t* value : {&file.device, &file.inode, &file.links, &file.allocated}) *value = unpacker.number();
    linked.push_back(file);
  }
  return linked;
}

Result<std::vector<Removable>> gather(const PlanContext& context, util::Spool& spool) {
  std::vector<Removable> removable;
  util::Packer packer;
  Limits limits(context);
  const auto take = [&](Candidate&& candidate) -> Result<void> {
    TCM_TRY(check_stop(context));
    ++context.progress.looked_at;
    const bool surplus = limits.is_surplus(candidate);
    Verdict verdict = context.judge.judge(candidate, true);
    if (!verdict.item) {
      note_kept(context, candidate, std::move(verdict));
      return {};
    }
    verdict.item->reason = limits.reason_for(candidate, *verdict.item, surplus);
    packer.clear();
    pack(packer, *verdict.item);
    pack_linked(packer, verdict.linked);
    TCM_ASSIGN(const std::uint64_t position, spool.append(packer.bytes()));
    removable.push_back({verdict.item->last_use_ns, position, !verdict.item->reason.empty()});
    return {};
  };
  TCM_TRY(for_each_candidate(context.criteria, limits.newest_first(), context.roots, context.index, take));
  std::sort(removable.begin(), removable.end(),
            [](const Removable& a, const Removable& b) { return a.order() < b.order(); });
  return removable;
}

bool helps(const std::vector<Gauge>& gauges, std::uint64_t device) {
  return std::any_of(gauges.begin(), gauges.end(), [device](const Gauge& gauge) {
    return gauge.exceeded() && (!gauge.device || *gauge.device == device);
  });
}

void account(std::vector<Gauge>& gauges, const PlanItem& item, std::uint64_t device) {
  for (Gauge& gauge : gauges) {
    if (gauge.device && *gauge.device != device) continue;
    const std::uint64_t less = gauge.state.measure == Measure::files ? item.files : item.frees;
    gauge.state.afterwards -= std::min(gauge.state.afterwards, less);
  }
}

/// Puts into the plan what other limits chose, and then what helps a budget.
Result<void> take_in_order(const PlanContext& context, util::Spool& spool, const std::vector<Removable>& removable,
                           std::vector<Gauge>& gauges) {
  LinkLedger ledger;
  std::string record;
  bool targets_set = false;
  for (const Removable& next : removable) {
    TCM_TRY(spool.read(next.position, record));
    util::Unpacker unpacker(record);
    PlanItem item = unpack_item(unpacker);
    const std::uint64_t device = context.roots.file_system(item.root).device;
    if (!next.chosen) {
      if (!targets_set) set_targets(gauges);
      targets_set = true;
      if (!helps(gauges, device)) {
        context.plan.kept.count(model::KeptReason::within_budget, 1);
        continue;
      }
      item.reason = "least recently used, " + util::format_age(context.now_ns, item.last_use_ns) + " ago";
    }
    for (const LinkedFile& file : unpack_linked(unpacker)) item.frees += ledger.remove(file);
    account(gauges, item, device);
    TCM_TRY(context.plan.items.add(item));
  }
  return {};
}

}  // namespace

Result<void> choose_by_budget(const PlanContext& context) {
  TCM_ASSIGN(const Usage usage, measure(context));
  std::vector<Gauge> gauges = gauges_of(context, usage);
  const bool exceeded = std::any_of(gauges.begin(), gauges.end(), [](const Gauge& gauge) { return gauge.exceeded(); });
  if (exceeded || context.request.unused_since_ns || context.request.keep_newest) {
    TCM_ASSIGN(util::Spool spool, util::Spool::create());
    TCM_ASSIGN(const std::vector<Removable> removable, gather(context, spool));
    TCM_TRY(take_in_order(context, spool, removable, gauges));
  }
  for (Gauge& gauge : gauges) context.plan.budgets.push_back(std::move(gauge.state));
  return {};
}

}  // namespace tcm::service
