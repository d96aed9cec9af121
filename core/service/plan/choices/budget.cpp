// SPDX-License-Identifier: Apache-2.0
// Budgets: after what other limits choose the least recently used goes, in one order over all roots, until every budget
// is met.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "core/cache/inspect/entry_look.hpp"
#include "core/service/plan/choices/dead.hpp"
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
  bool sweep = false;   ///< behind it in the spool is what happens to an entry that stays

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

/// Looks at every candidate, and writes down what may go.
class Gathering {
 public:
  /// `dead` is null where nothing is called dead. Borrows its arguments.
  Gathering(const PlanContext& context, const DeadEntries* dead, util::Spool& spool)
      : context_(context), dead_(dead), spool_(spool), limits_(context) {}

  Result<std::vector<Removable>> run() {
    TCM_TRY(for_each_candidate(context_.criteria, limits_.newest_first(), context_.roots, context_.index,
                               [this](Candidate&& candidate) { return take(candidate); }));
    std::sort(removable_.begin(), removable_.end(),
              [](const Removable& a, const Removable& b) { return a.order() < b.order(); });
    return std::move(removable_);
  }

 private:
  Result<void> take(const Candidate& candidate) {
    TCM_TRY(check_stop(context_));
    ++context_.progress.looked_at;
    const bool surplus = limits_.is_surplus(candidate);
    Verdict verdict = context_.judge.judge(candidate, true);
    if (!verdict.item) {
      note_kept(context_, candidate, std::move(verdict));
      return {};
    }
    find_cause(candidate, *verdict.item, surplus);
    Removable next{verdict.item->last_use_ns, 0, verdict.item->cause != Cause::wanted};
    packer_.clear();
    pack_with_links(verdict);
    if (!next.chosen && verdict.has_temporaries) {
      Verdict sweep = context_.judge.judge_as(candidate, model::Action::sweep);
      if (sweep.item) {
        sweep.item->cause = Cause::leftover;
        next.sweep = true;
        pack_with_links(sweep);
      }
    }
    TCM_ASSIGN(next.position, spool_.append(packer_.bytes()));
    removable_.push_back(next);
    return {};
  }

  /// What chooses it whatever the budgets say, if anything does.
  void find_cause(const Candidate& candidate, PlanItem& item, bool surplus) {
    if (item.cause != Cause::wanted) return;
    auto death = dead_ != nullptr ? dead_->find(candidate) : std::nullopt;
    std::string reason = limits_.reason_for(candidate, item, surplus);
    if (death) {
      item.cause = death->cause;
      item.reason = std::move(death->reason);
    } else if (!reason.empty()) {
      item.cause = surplus ? Cause::surplus : Cause::unused;
      item.reason = std::move(reason);
    }
  }

  void pack_with_links(const Verdict& verdict) {
    pack(packer_, *verdict.item);
    pack_linked(packer_, verdict.linked);
  }

  const PlanContext& context_;
  const DeadEntries* dead_;
  util::Spool& spool_;
  Limits limits_;
  std::vector<Removable> removable_;
  util::Packer packer_;
};

/// The first budget that is still exceeded and gets better when something goes from this file system; null: none.
const Gauge* helped(const std::vector<Gauge>& gauges, std::uint64_t device) {
  const auto found = std::find_if(gauges.begin(), gauges.end(), [device](const Gauge& gauge) {
    return gauge.exceeded() && (!gauge.device || *gauge.device == device);
  });
  return found == gauges.end() ? nullptr : &*found;
}

Cause cause_of(Measure measure) {
  switch (measure) {
    case Measure::bytes: return Cause::max_size;
    case Measure::files: return Cause::max_files;
    case Measure::missing: break;
  }
  return Cause::min_free;
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
    std::vector<LinkedFile> linked = unpack_linked(unpacker);
    const std::uint64_t device = context.roots.file_system(item.root).device;
    if (!next.chosen) {
      if (!targets_set) set_targets(gauges);
      targets_set = true;
      if (const Gauge* gauge = helped(gauges, device)) {
        item.reason = "least recently used, " + util::format_age(context.now_ns, item.last_use_ns) + " ago";
        item.cause = cause_of(gauge->state.measure);
      } else {
        context.plan.kept.count(model::KeptReason::within_budget, next.sweep ? 0 : 1);
        if (!next.sweep) continue;
        item = unpack_item(unpacker);
        linked = unpack_linked(unpacker);
      }
    }
    for (const LinkedFile& file : linked) item.frees += ledger.remove(file);
    account(gauges, item, device);
    TCM_TRY(context.plan.items.add(item));
  }
  return {};
}

Result<void> choose_beside_budgets(const PlanContext& context, const DeadEntries* dead, std::vector<Gauge>& gauges) {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  TCM_ASSIGN(const std::vector<Removable> removable, Gathering(context, dead, spool).run());
  return take_in_order(context, spool, removable, gauges);
}

Result<std::vector<Gauge>> measured(const PlanContext& context) {
  Usage usage;
  if (context.request.budget.max_bytes || context.request.budget.max_files) {
    TCM_ASSIGN(usage, measure(context));
  }
  return gauges_of(context, usage);
}

void tell(std::vector<Gauge>&& gauges, Plan& plan) {
  for (Gauge& gauge : gauges) plan.budgets.push_back(std::move(gauge.state));
}

}  // namespace

Result<void> choose_by_budget(const PlanContext& context) {
  TCM_ASSIGN(std::vector<Gauge> gauges, measured(context));
  const bool exceeded = std::any_of(gauges.begin(), gauges.end(), [](const Gauge& gauge) { return gauge.exceeded(); });
  if (exceeded || context.request.unused_since_ns || context.request.keep_newest)
    TCM_TRY(choose_beside_budgets(context, nullptr, gauges));
  tell(std::move(gauges), context.plan);
  return {};
}

Result<void> choose_for_upkeep(const PlanContext& context, const std::vector<std::string>& cache_dirs) {
  TCM_ASSIGN(std::vector<Gauge> gauges, measured(context));
  TCM_ASSIGN(const DeadEntries dead, DeadEntries::create(context, cache_dirs));
  TCM_TRY(choose_beside_budgets(context, &dead, gauges));
  tell(std::move(gauges), context.plan);
  return {};
}

}  // namespace tcm::service
