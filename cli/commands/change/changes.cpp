// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/change/changes.hpp"

#include <algorithm>
#include <set>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/confirm.hpp"
#include "cli/show/prune_output.hpp"
#include "core/index/location.hpp"
#include "core/service/change/execute.hpp"

namespace tcm::cli {
namespace {

Result<service::Plan> make_plan(const service::PruneRequest& request, index::Index& index, std::int64_t now_ns,
                                service::PruneProgress& progress, Context& context) {
  const InterruptGuard interrupts(progress.index.stop, index);
  const ProgressWatch watch(context, "Looking at the cache", [&](Progress& line) {
    const bool indexing = progress.indexing.load(std::memory_order_relaxed);
    line.set((indexing ? progress.index.seen : progress.looked_at).load(std::memory_order_relaxed), 0);
  });
  return service::plan_prune(request, index, context.backends(), now_ns, progress);
}

/// What the progress of a plan is called.
std::string_view label_of(service::PruneMode mode) {
  switch (mode) {
    case service::PruneMode::drop: return "Dropping";
    case service::PruneMode::share: return "Linking";
    case service::PruneMode::relocate: return "Relocating";
    case service::PruneMode::repair: return "Repairing";
    case service::PruneMode::full:
    case service::PruneMode::leftovers:
    case service::PruneMode::upkeep:
    case service::PruneMode::duplicates:
    case service::PruneMode::keys: break;
  }
  return "Removing";
}

Result<service::ExecuteReport> carry_out(service::Plan& plan, std::string_view label,
                                         const service::ExecuteOptions& options, index::Index& index,
                                         service::PruneProgress& progress, Context& context) {
  const InterruptGuard interrupts(progress.index.stop, index);
  const ProgressWatch watch(context, label, [&, total = plan.items.sums().entries](Progress& line) {
    line.expect(total);
    line.set(progress.done.load(std::memory_order_relaxed), progress.freed.load(std::memory_order_relaxed));
  });
  return service::execute(plan, options, index, context.backends(), progress);
}

bool is_json(Format format) { return format == Format::json || format == Format::jsonl; }

ExitCode code_of(const service::Plan& plan, const service::ExecuteReport* report, const PlanView& view) {
  if (report != nullptr && report->interrupted) return ExitCode::interrupted;
  // Who names an entry wants to know that it is still there; who describes many expects that some are kept.
  const bool named = view.request.mode == service::PruneMode::keys;
  const bool kept = plan.kept.total() > 0 || (report != nullptr && report->kept.total() > 0);
  const bool met = plan.meets_budgets(report != nullptr ? report->done : plan.items.sums());
  // What a repair leaves as it is goes on failing; what is young or in use may be mended by its writer.
  const auto unmended = [](const service::KeptList& all) {
    return all.total() - all.of(model::KeptReason::young).count - all.of(model::KeptReason::in_use).count;
  };
  const bool left = view.request.mode == service::PruneMode::repair &&
                    (unmended(plan.kept) > 0 || (report != nullptr && unmended(report->kept) > 0));
  const bool partial = left || !plan.failures.empty() || plan.kept.has_damage() ||
                       (report != nullptr && report->partial()) || (named && kept) || !met;
  return partial ? ExitCode::partial : ExitCode::ok;
}

/// Prints whatever there is to print of a plan that was carried out, or (without a report) was not.
ExitCode show(service::Plan& plan, const service::ExecuteReport* report, const PlanView& view, Format format,
              Context& context) {
  if (is_json(format)) {
    if (auto written = write_plan_json(context, plan, report, view, format); !written)
      return context.report(written.error());
    if (report != nullptr) print_failures(context, *report);
  } else if (report != nullptr) {
    print_report(context, plan, *report, view);
  }
  return finish_output(context, code_of(plan, report, view));
}

}  // namespace

void follow_in_index(ChangeableIndex& held, service::ExecuteReport& report, Context& context) {
  const auto is_full = [](const Error& error) { return error.code == ErrorCode::no_space; };
  const bool lagged = std::any_of(report.index_errors.begin(), report.index_errors.end(), is_full);
  if ((!held.in_memory && !lagged) || report.interrupted) return;
  const auto roots = held.index.roots();
  std::set<std::string> dirs;
  if (roots)
    for (const index::RootRow& row : *roots) dirs.insert(row.location.cache_dir);
  if (!dirs.empty() && catch_up(context, {dirs.begin(), dirs.end()})) std::erase_if(report.index_errors, is_full);
}

void add_rewrite_options(CLI::App& command, std::optional<std::string>& grace, ChangeOptions& options) {
  const std::string group = "How";
  command.add_flag("--dry-run", options.dry_run, "Show the plan and stop")->group(group);
  command.add_flag("-y,--yes", options.yes, "Do not ask")->group(group);
  command.add_option("--grace", grace, "Keep entries that changed within this time [10m]")
      ->type_name("AGE")
      ->group(group);
  add_output_option(command, options.output, {"table", "json", "jsonl"}, group);
}

void add_removal_options(CLI::App& command, service::ChangeWords& words, ChangeOptions& options) {
  const std::string group = "How";
  add_rewrite_options(command, words.grace, options);
  command.add_flag("--trash", words.trash, "Move removed entries to the trash (undo: tcm trash restore)")->group(group);
  command.add_flag("--no-trash", words.no_trash, "Delete for good, even if prune.trash is set")
      ->excludes("--trash")
      ->group(group);
}

void add_change_options(CLI::App& command, service::ChangeWords& words, ChangeOptions& options) {
  add_removal_options(command, words, options);
  command
      .add_flag("--keep-paths", options.keep_paths,
                "Leave the paths in groups as they are, for a cache that containers see elsewhere")
      ->group("How");
}

ExitCode run_change(const Result<service::PruneRequest>& asked, const ChangeOptions& options, std::int64_t now_ns,
                    Context& context) {
  if (!asked) return context.report(asked.error());
  service::PruneRequest request = *asked;
  request.dry_run = options.dry_run;
  for (const std::string& note : request.notes) context.messages().note(note);
  auto held = open_to_change(context, options.dry_run);
  if (!held) return context.report(held.error());
  service::PruneProgress progress;
  auto plan = make_plan(request, held->index, now_ns, progress, context);
  if (!plan && !held->in_memory && needs_memory(plan.error(), options.dry_run)) {
    held = open_in_memory(context, plan.error());
    if (!held) return context.report(held.error());
    plan = make_plan(request, held->index, now_ns, progress, context);
  }
  if (!plan) return context.report(plan.error());

  const Format format = format_of(options.output);
  const PlanView view{request, options.dry_run, now_ns};
  if (!is_json(format))
    if (auto printed = print_plan(context, *plan, view); !printed) return context.report(printed.error());
  if (options.dry_run) return show(*plan, nullptr, view, format, context);
  if (plan->empty()) {
    const service::ExecuteReport nothing;
    if (is_json(format)) return show(*plan, &nothing, view, format, context);
    return finish_output(context, code_of(*plan, nullptr, view));
  }
  if (const ExitCode code = confirm(context, options.yes); code != ExitCode::ok) return finish_output(context, code);

  auto report = carry_out(*plan, label_of(request.mode), {request.grace_ns, options.keep_paths, request.jobs},
                          held->index, progress, context);
  if (!report) return context.report(report.error());
  follow_in_index(*held, *report, context);
  return show(*plan, &*report, view, format, context);
}

}  // namespace tcm::cli
