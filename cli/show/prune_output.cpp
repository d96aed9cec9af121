// SPDX-License-Identifier: Apache-2.0
#include "cli/show/prune_output.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"
#include "core/util/text/wrap.hpp"

namespace tcm::cli {
namespace {

using service::Plan;
using service::PlanItem;
using service::PruneMode;

constexpr std::size_t kShortKey = 8;

std::string kinds_text(model::KindSet kinds) {
  std::string text;
  for (const model::ArtifactKind kind :
       {model::ArtifactKind::ir, model::ArtifactKind::source, model::ArtifactKind::assembly})
    if (kinds.has(kind)) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(kind));
  return text;
}

/// "211 kernels", "3 entries (2 kernels)".
std::string things(const service::PlanSums& sums) {
  if (sums.kernels == sums.entries) return counted(sums.kernels, "kernel", "kernels");
  const std::string entries = counted(sums.entries, "entry", "entries");
  return sums.kernels == 0 ? entries : fmt::format("{} ({})", entries, counted(sums.kernels, "kernel", "kernels"));
}

/// "drop ir, source of 211 kernels", "Dropped …" and so on; `verbs` are for removing, dropping and sharing.
std::string action_text(const service::PruneRequest& request, const service::PlanSums& sums, std::string_view remove,
                        std::string_view drop, std::string_view share, std::string_view rewrite,
                        std::string_view mend) {
  switch (request.mode) {
    case PruneMode::drop: return fmt::format("{} {} of {}", drop, kinds_text(request.drop), things(sums));
    case PruneMode::share:
      return fmt::format("{} equal files of {} with one another", share, counted(sums.entries, "entry", "entries"));
    case PruneMode::leftovers:
      return fmt::format("{} leftovers in {}", remove, counted(sums.entries, "entry", "entries"));
    case PruneMode::repair: return fmt::format("{} {}", mend, things(sums));
    case PruneMode::relocate: return fmt::format("{} the paths in {}", rewrite, things(sums));
    default: return fmt::format("{} {}", remove, things(sums));
  }
}

/// Whether no file goes.
bool only_rewrites(PruneMode mode, const service::PlanSums& sums) {
  return mode == PruneMode::relocate ||
         (mode == PruneMode::repair && sums.files == 0 && sums.bytes.total() == 0 && sums.frees == 0);
}

std::string amount(const service::PlanSums& sums) {
  if (sums.files == 0 && sums.entries > 0) return "directories without files";
  return fmt::format("{}, {}", counted(sums.files, "file", "files"), util::format_bytes(sums.bytes.total()));
}

std::string root_text(const Plan& plan) {
  std::string text;
  for (const std::uint32_t root : plan.items.roots()) text += "  in " + util::escape_control(plan.roots[root]) + "\n";
  return text;
}

constexpr std::string_view kNoBreak = "\u00a0";

std::string with_all(std::string text, std::string_view what, std::string_view instead) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += instead.size())
    text.replace(at, what.size(), instead);
  return text;
}

/// A number stays with its name and its unit where the line is wrapped.
std::string kinds_line(const service::PlanSums& sums) {
  const model::ByteTotals& bytes = sums.bytes;
  std::string text;
  const auto add = [&text](std::string_view name, std::uint64_t value) {
    if (value > 0)
      text +=
          (text.empty() ? "" : ", ") + with_all(fmt::format("{} {}", name, util::format_bytes(value)), " ", kNoBreak);
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

/// "ir 19.9 KiB, source 7.8 KiB; frees 40.0 KiB on the disk"
std::string frees_line(const Plan& plan) {
  const service::PlanSums& sums = plan.items.sums();
  const std::string kinds = kinds_line(sums);
  std::string frees = "frees " + util::format_bytes(sums.frees) + " on the disk";
  if (!plan.trash_id.empty())
    frees = "frees nothing until the trash is emptied";
  else if (sums.frees == 0 && sums.files > 0)
    frees = "frees nothing on the disk: the files have other names (hard links), which stay";
  return kinds.empty() ? frees : kinds + "; " + frees;
}

std::string limit_line(const service::LimitState& limit) {
  return fmt::format("{}: {} of these", limit.limit, count_text(limit.entries));
}

std::string unmet_text(const service::BudgetState& budget, const std::string& target, PruneMode mode) {
  if (budget.met()) return {};
  const std::string text = target.empty() ? ": cannot be met" : fmt::format("; {} cannot be met", target);
  return text + (mode == PruneMode::drop ? " by dropping IR: --full would remove whole entries"
                                         : ": the rest does not match or must be kept");
}

std::string budget_line(const service::BudgetState& budget, PruneMode mode) {
  const auto figure = [&](std::uint64_t value) {
    return budget.measure == service::Measure::files ? count_text(value) + " files" : util::format_bytes(value);
  };
  const std::string after =
      fmt::format("{}: {} {}, {} after this", budget.limit, figure(budget.used),
                  budget.measure == service::Measure::missing ? "missing" : "used", figure(budget.afterwards));
  if (budget.measure == service::Measure::missing)
    return budget.used == 0 ? fmt::format("{}: that much is free", budget.limit) : after + unmet_text(budget, {}, mode);
  if (budget.used <= budget.allowed) return fmt::format("{}: {} used", budget.limit, figure(budget.used));
  return after + unmet_text(budget, figure(budget.target), mode);
}

/// A line below the first, wrapped to the terminal.
void print_line(Context& context, std::string_view text) {
  const std::string lines = util::wrap(text, context.out_terminal().width, 4, 2);
  context.out().write("  " + with_all(lines, kNoBreak, " ") + "\n");
}

/// How many leading characters all roots of the plan's items have in common, up to a slash.
std::size_t common_prefix(const Plan& plan) {
  const std::string& first = plan.roots[*plan.items.roots().begin()];
  std::size_t length = first.size();
  for (const std::uint32_t position : plan.items.roots()) {
    const std::string& root = plan.roots[position];
    const auto differs = std::mismatch(first.begin(), first.end(), root.begin(), root.end()).first;
    length = std::min(length, static_cast<std::size_t>(differs - first.begin()));
  }
  const std::size_t slash = length == 0 ? std::string::npos : first.rfind('/', length - 1);
  return slash == std::string::npos ? 0 : slash + 1;
}

/// The largest, or with -v all in the order in which they go.
Result<void> print_rows(Context& context, Plan& plan, const PlanView& view) {
  std::vector<Column> columns{{"key", "key"},
                              {"name", "name", Align::left, 0, true, 12, 24},
                              {"action", "action", Align::left, 2},
                              {"files", "files", Align::right, 1},
                              {"size", "size", Align::right},
                              {"used", "used", Align::right},
                              {.id = "reason", .header = "reason", .may_go_below = true}};
  const bool several = plan.items.roots().size() > 1;
  if (several) columns.insert(columns.begin() + 1, {"root", "root", Align::left, 4});
  const std::size_t prefix = common_prefix(plan);
  Table table(context.out(), std::move(columns), context.out_terminal());
  const auto add = [&](const PlanItem& item) {
    std::vector<std::string> cells{item.change.key.substr(0, kShortKey),
                                   item.name.empty() ? "-" : item.name,
                                   std::string(to_string(item.change.action)),
                                   count_text(item.files),
                                   util::format_bytes(item.bytes.total()),
                                   util::format_age(view.now_ns, item.last_use_ns),
                                   item.reason};
    if (several)
      cells.insert(cells.begin() + 1, plan.roots[item.root].substr(std::min(prefix, plan.roots[item.root].size())));
    table.add_row(std::move(cells));
  };
  if (!context.verbose()) {
    for (const PlanItem& item : plan.items.largest()) add(item);
  } else {
    TCM_TRY(plan.items.for_each([&](PlanItem&& item) -> Result<void> {
      add(item);
      return {};
    }));
  }
  table.finish();
  const std::uint64_t rest = plan.items.sums().entries - table.rows();
  if (rest > 0) context.out().write(fmt::format("… and {} smaller ones (-v shows all)\n", count_text(rest)));
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

std::string cost_line(const PlanView& view, const service::PlanSums& sums) {
  if (sums.kernels == 0) return {};
  if (view.request.mode == PruneMode::full || view.request.mode == PruneMode::keys ||
      view.request.mode == PruneMode::upkeep)
    return "cost: they are recompiled on next use";
  if (view.request.mode != PruneMode::duplicates) return {};
  return fmt::format("cost: {} compiled again if a job asks for the older key; hardlink costs none",
                     counted(sums.kernels, "kernel is", "kernels are"));
}

/// Why the disk got back nothing, where that needs a word.
std::string why_nothing(const service::ExecuteReport& report) {
  if (report.done.frees > 0 || report.done.files == 0) return {};
  return report.trash_id.empty() ? ": the files have other names (hard links), which stay"
                                 : ": the trash keeps them until it is emptied";
}

}  // namespace

void print_kept(Context& context, const service::KeptList& kept, const Plan& plan) {
  for (const model::KeptWord& word : model::kKeptReasons) {
    const service::KeptGroup& group = kept.of(word.value);
    if (group.count == 0) continue;
    context.out().write(fmt::format("  kept: {} {}\n", count_text(group.count), word.text));
    const bool named = word.value == model::KeptReason::foreign_file || word.value == model::KeptReason::symlink ||
                       word.value == model::KeptReason::mount_point || word.value == model::KeptReason::changed ||
                       word.value == model::KeptReason::unreadable || word.value == model::KeptReason::broken ||
                       word.value == model::KeptReason::in_use;
    // What is in a user's way is named at once; the rest on demand.
    const std::size_t shown =
        context.verbose() ? group.examples.size() : std::min<std::size_t>(named ? 5 : 0, group.examples.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const service::Kept& one = group.examples[i];
      context.out().write(fmt::format("    {}/{}{}{}\n", util::escape_control(plan.roots[one.root]),
                                      util::escape_control(one.key), one.detail.empty() ? "" : ": ",
                                      util::escape_control(one.detail)));
    }
  }
}

Result<void> print_plan(Context& context, Plan& plan, const PlanView& view) {
  Sink& out = context.out();
  const service::PlanSums& sums = plan.items.sums();
  if (sums.entries == 0) {
    out.write("Nothing to do: no entry matches.\n");
  } else {
    const std::string action =
        action_text(view.request, sums, view.dry_run ? "Would remove" : "Remove", view.dry_run ? "Would drop" : "Drop",
                    view.dry_run ? "Would link" : "Link", view.dry_run ? "Would rewrite" : "Rewrite",
                    view.dry_run ? "Would mend" : "Mend");
    const bool rewrites = only_rewrites(view.request.mode, sums);
    const std::string line =
        rewrites ? fmt::format("{}. No file is removed.", action) : fmt::format("{}: {}.", action, amount(sums));
    out.write(util::wrap(line, context.out_terminal().width, 2) + "\n");
    out.write(root_text(plan));
    if (!rewrites) print_line(context, frees_line(plan));
  }
  if (sums.entries > 0)
    for (const service::LimitState& limit : plan.limits) print_line(context, limit_line(limit));
  for (const service::BudgetState& budget : plan.budgets) print_line(context, budget_line(budget, view.request.mode));
  print_expired(context, plan);
  print_kept(context, plan.kept, plan);
  if (sums.entries > 0) TCM_TRY(print_rows(context, plan, view));
  if (const std::string cost = cost_line(view, sums); !cost.empty()) print_line(context, cost);
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
    if (failure.code != ErrorCode::no_space || alike++ == 0) context.messages().error(failure.detail);
  }
  const std::uint64_t unlisted = report.failed - report.failures.size();
  if (alike > 1)
    context.messages().error(fmt::format("{} more for the same reason", util::format_count(alike - 1 + unlisted)));
  else if (unlisted > 0)
    context.messages().error(fmt::format("{} more failed", util::format_count(unlisted)));
}

void print_report(Context& context, const Plan& plan, const service::ExecuteReport& report, const PlanView& view) {
  Sink& out = context.out();
  const std::string action =
      action_text(view.request, report.done, "Removed", "Dropped", "Linked", "Checked", "Mended");
  if (only_rewrites(view.request.mode, report.done))
    out.write(fmt::format("{}: {} rewritten.\n", action, counted(report.relocated, "entry was", "entries were")));
  else
    out.write(fmt::format("{}: {}; the disk got back {}{}.\n", action, amount(report.done),
                          util::format_bytes(report.done.frees), why_nothing(report)));
  print_kept(context, report.kept, plan);
  if (report.trash_emptied > 0)
    out.write(fmt::format("  the trash gave up {}\n", util::format_bytes(report.trash_emptied)));
  if (!report.trash_id.empty()) out.write(fmt::format("  undo: tcm trash restore {}\n", report.trash_id));
  out.flush();
  if (report.relocated > 0 && view.request.mode != PruneMode::relocate && view.request.mode != PruneMode::repair)
    context.messages().note(fmt::format("Updated {} that named another directory (the cache had been moved).",
                                        counted(report.relocated, "group file", "group files")));
  print_failures(context, report);
  for (const Error& error : report.errors) context.messages().error(error);
  for (const Error& error : report.index_errors) context.messages().error(error);
  if (report.interrupted) context.messages().error("interrupted; what was done is done, the rest is as it was");
}

}  // namespace tcm::cli
