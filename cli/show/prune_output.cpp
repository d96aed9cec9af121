// SPDX-License-Identifier: Apache-2.0
#include "cli/show/prune_output.hpp"

#include <fmt/format.h>

#include "cli/output/table.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using service::Plan;
using service::PlanItem;
using service::PruneMode;

/// Rows of a plan that are shown unless -v asks for all.
constexpr std::uint64_t kShownRows = 10;
constexpr std::size_t kShortKey = 8;

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", util::format_count(count), count == 1 ? one : many);
}

std::string kinds_text(model::KindSet kinds) {
  std::string text;
  for (const model::ArtifactKind kind :
       {model::ArtifactKind::ir, model::ArtifactKind::source, model::ArtifactKind::assembly})
    if (kinds.has(kind)) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(kind));
  return text;
}

/// "211 kernels", "3 entries (2 kernels)".
std::string things(const service::PlanSums& sums) {
  if (sums.kernels == sums.entries) return plural(sums.kernels, "kernel", "kernels");
  const std::string entries = plural(sums.entries, "entry", "entries");
  return sums.kernels == 0 ? entries : fmt::format("{} ({})", entries, plural(sums.kernels, "kernel", "kernels"));
}

/// "drop ir, source of 211 kernels", "Dropped …" and so on; `verbs` are for removing, dropping and sharing.
std::string action_text(const service::PruneRequest& request, const service::PlanSums& sums, std::string_view remove,
                        std::string_view drop, std::string_view share) {
  switch (request.mode) {
    case PruneMode::drop: return fmt::format("{} {} of {}", drop, kinds_text(request.drop), things(sums));
    case PruneMode::share:
      return fmt::format("{} equal files of {} with one another", share, plural(sums.entries, "entry", "entries"));
    case PruneMode::leftovers:
      return fmt::format("{} leftovers in {}", remove, plural(sums.entries, "entry", "entries"));
    default: return fmt::format("{} {}", remove, things(sums));
  }
}

std::string amount(const service::PlanSums& sums) {
  return fmt::format("{}, {}", plural(sums.files, "file", "files"), util::format_bytes(sums.bytes.total()));
}

std::string root_text(const Plan& plan) {
  std::string text;
  for (const std::string& root : plan.roots()) text += "  in " + util::escape_control(root) + "\n";
  return text;
}

std::string kinds_line(const service::PlanSums& sums) {
  const model::ByteTotals& bytes = sums.bytes;
  std::string text;
  const auto add = [&text](std::string_view name, std::uint64_t value) {
    if (value > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, util::format_bytes(value));
  };
  add("ir", bytes.ir);
  add("source", bytes.source);
  add("assembly", bytes.assembly);
  add("binary", bytes.binary);
  add("metadata", bytes.metadata);
  add("module", bytes.module);
  add("other", bytes.other);
  return text;
}

std::string budget_line(const service::BudgetState& budget) {
  const auto figure = [&](std::uint64_t value) {
    return budget.measure == service::Measure::files ? util::format_count(value) + " files" : util::format_bytes(value);
  };
  if (budget.measure == service::Measure::missing)
    return budget.used == 0 ? fmt::format("  {}: so much is free\n", budget.limit)
                            : fmt::format("  {}: {} missing, {} after this{}\n", budget.limit, figure(budget.used),
                                          figure(budget.afterwards), budget.met() ? "" : ": cannot be met");
  if (budget.used <= budget.allowed) return fmt::format("  {}: {} used\n", budget.limit, figure(budget.used));
  return fmt::format("  {}: {} used, {} after this{}\n", budget.limit, figure(budget.used), figure(budget.afterwards),
                     budget.met() ? ""
                                  : fmt::format("; {} cannot be met: the rest was not asked for or may not go",
                                                figure(budget.target)));
}

void print_kept(Context& context, const service::KeptList& kept, const Plan& plan) {
  for (const model::KeptWord& word : model::kKeptReasons) {
    const service::KeptGroup& group = kept.of(word.value);
    if (group.count == 0) continue;
    context.out().write(fmt::format("  kept: {} {}\n", util::format_count(group.count), word.text));
    const bool named = word.value == model::KeptReason::foreign_file || word.value == model::KeptReason::symlink ||
                       word.value == model::KeptReason::mount_point || word.value == model::KeptReason::changed;
    // What is in a user's way is named at once; the rest on demand.
    const std::size_t shown =
        context.verbose() ? group.examples.size() : std::min<std::size_t>(named ? 5 : 0, group.examples.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const service::Kept& one = group.examples[i];
      context.out().write(fmt::format("    {}/{}{}{}\n", util::escape_control(plan.roots()[one.root]),
                                      util::escape_control(one.key), one.detail.empty() ? "" : ": ",
                                      util::escape_control(one.detail)));
    }
  }
}

Result<void> print_rows(Context& context, Plan& plan, const PlanView& view) {
  const bool all = context.verbose() || plan.sums().entries <= kShownRows;
  Table table(context.out(),
              {{"key", "key"},
               {"name", "name", Align::left, 0, true},
               {"action", "action", Align::left, 2},
               {"files", "files", Align::right, 1},
               {"size", "size", Align::right},
               {"used", "used", Align::right, 3},
               {"reason", "reason", Align::left, 4, true, 16, 40}},
              context.out_terminal());
  std::uint64_t shown = 0;
  TCM_TRY(plan.for_each([&](PlanItem&& item) -> Result<void> {
    if (!all && shown >= kShownRows) return {};
    ++shown;
    table.add_row({item.change.key.substr(0, kShortKey), item.name.empty() ? "-" : item.name,
                   std::string(to_string(item.change.action)), util::format_count(item.files),
                   util::format_bytes(item.bytes.total()), util::format_age(view.now_ns, item.last_use_ns),
                   item.reason});
    return {};
  }));
  table.finish();
  if (plan.sums().entries > shown)
    context.out().write(fmt::format("… and {} more (-v shows all)\n", util::format_count(plan.sums().entries - shown)));
  return {};
}

void print_expired(Context& context, const Plan& plan) {
  std::uint64_t bytes = 0;
  std::string ids;
  for (const service::ExpiredBin& expired : plan.expired) {
    bytes += expired.bin.allocated;
    ids += (ids.empty() ? "" : ", ") + expired.bin.id;
  }
  if (!plan.expired.empty())
    context.out().write(
        fmt::format("  the trash gives up {}, whose time is over: {}\n", ids, util::format_bytes(bytes)));
}

std::string largest_line(const Plan& plan) {
  std::string text;
  for (const PlanItem& item : plan.largest)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        util::escape_control(item.name.empty() ? item.change.key.substr(0, kShortKey) : item.name),
                        util::format_bytes(item.bytes.total()));
  return text;
}

}  // namespace

Result<void> print_plan(Context& context, Plan& plan, const PlanView& view) {
  Sink& out = context.out();
  const service::PlanSums& sums = plan.sums();
  if (sums.entries == 0) {
    out.write("Nothing to do: nothing that was asked for is there to go.\n");
  } else {
    out.write(action_text(view.request, sums, view.dry_run ? "Would remove" : "Remove",
                          view.dry_run ? "Would drop" : "Drop", view.dry_run ? "Would link" : "Link") +
              ": " + amount(sums) + ".\n");
    out.write(root_text(plan));
    out.write(fmt::format("  {}; {}\n", kinds_line(sums),
                          plan.trash_id.empty() ? fmt::format("frees {} on the disk", util::format_bytes(sums.frees))
                                                : "frees nothing before the trash is emptied"));
    if (plan.sums().entries > service::kMaxLargest) out.write("  largest: " + largest_line(plan) + "\n");
  }
  for (const service::BudgetState& budget : plan.budgets) out.write(budget_line(budget));
  print_expired(context, plan);
  print_kept(context, plan.kept, plan);
  if (sums.entries > 0) TCM_TRY(print_rows(context, plan, view));
  const bool costs = view.request.mode == PruneMode::full || view.request.mode == PruneMode::keys;
  if (costs && sums.kernels > 0) out.write("  cost: they compile again when they are used next\n");
  if (view.dry_run) out.write("Nothing was changed (--dry-run).\n");
  out.flush();
  for (const std::string& note : plan.notes) context.messages().warning(note);
  for (const Error& failure : plan.failures) context.messages().error(failure);
  return {};
}

void print_failures(Context& context, const service::ExecuteReport& report) {
  std::uint64_t alike = 0;
  for (const service::Kept& failure : report.failures) {
    // A full disk refuses all entries alike: it is told once.
    const bool is_full = failure.detail.find("the disk is full") != std::string::npos;
    if (!is_full || alike++ == 0) context.messages().error(failure.detail);
  }
  const std::uint64_t unlisted = report.failed - report.failures.size();
  if (alike > 1)
    context.messages().error(fmt::format("{} more for the same reason", util::format_count(alike - 1 + unlisted)));
  else if (unlisted > 0)
    context.messages().error(fmt::format("{} more failed", util::format_count(unlisted)));
}

void print_report(Context& context, const Plan& plan, const service::ExecuteReport& report, const PlanView& view) {
  Sink& out = context.out();
  out.write(action_text(view.request, report.done, "Removed", "Dropped", "Linked") + ": " + amount(report.done) +
            fmt::format("; the disk got back {}.\n", util::format_bytes(report.done.frees)));
  print_kept(context, report.kept, plan);
  if (report.trash_emptied > 0)
    out.write(fmt::format("  the trash gave up {}\n", util::format_bytes(report.trash_emptied)));
  if (!report.trash_id.empty()) out.write(fmt::format("  undo: tcm trash restore {}\n", report.trash_id));
  out.flush();
  if (report.relocated > 0)
    context.messages().note(fmt::format("{} named another directory, and this one now: a cache that was moved.",
                                        plural(report.relocated, "group", "groups")));
  print_failures(context, report);
  for (const Error& error : report.errors) context.messages().error(error);
  if (report.interrupted) context.messages().error("interrupted; what was done is done, the rest is as it was");
}

}  // namespace tcm::cli
