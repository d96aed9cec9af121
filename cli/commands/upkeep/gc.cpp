// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/jobs/hits.hpp"
#include "cli/commands/upkeep/upkeep.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/prune_output.hpp"
#include "core/util/system/stamp_file.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct GcOptions {
  service::UpkeepWords words;
  std::optional<std::string> if_due;
  std::string metrics_file;
  std::string timer;  // whose units to print; empty: none
  CLI::Option* print_timer = nullptr;
  OutputOptions output;
};

bool is_json(const GcOptions& options) { return format_of(options.output) != Format::table; }

/// When gc last succeeded.
Result<std::optional<util::StampFile>> take_stamp(const GcOptions& options, const Context& context) {
  return util::StampFile::take(service::gc_stamp_path(context.settings().data_dir.value, options.words.cache_dirs));
}

/// Whether the last success is long enough ago. A time to come is none: the clock was wrong then.
bool is_due(const util::StampFile& stamp, std::int64_t due_ns, std::int64_t now_ns) {
  const auto last = stamp.last_ns();
  return !last || *last > now_ns || now_ns - *last >= due_ns;
}

Result<ChangeableIndex> open_for_gc(const Context& context, bool dry_run) {
  if (dry_run) return open_to_change(context, true);
  // Unlike a prune it comes again: an index makes the next run cheap, and holds the hits that are imported.
  auto index = context.open_index(index::OpenMode::create);
  if (index) return ChangeableIndex{std::move(*index), false};
  if (!needs_memory(index.error(), false)) return fail(std::move(index).error());
  return open_in_memory(context, index.error());
}

Result<service::GcResult> collect(const service::GcRequest& request, index::Index& index, Context& context) {
  service::PruneProgress progress;
  const InterruptGuard interrupts(progress.index.stop, index);
  return service::collect_garbage(request, index, context.backends(), context.now_ns(), progress);
}

void write_json(Context& context, const service::GcResult& result, std::int64_t began_ns, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object().field("schema", 1).field("due", true).field("dry_run", result.dry_run);
  json.key("roots").begin_array();
  for (const service::GcRoot& root : result.roots) {
    json.begin_object().field("path", root.path).field("entries", root.entries).field("freed_bytes", root.freed);
    json.key("causes").begin_object();
    for (const service::CauseWord& cause : service::kCauses)
      if (const auto count = root.causes[static_cast<std::size_t>(cause.value)]; count > 0)
        json.field(cause.name, count);
    json.end_object().end_object();
  }
  json.end_array();
  json.key("budgets").begin_array();
  for (const service::BudgetState& budget : service::figures_of(result, began_ns, began_ns).budgets)
    json.begin_object()
        .field("rule", budget.limit)
        .field("used", budget.used)
        .field("allowed", budget.allowed)
        .field("afterwards", result.dry_run ? budget.used : budget.afterwards)
        .field("met", budget.met())
        .end_object();
  json.end_array();
  json.key("kept").begin_object();
  for (const model::KeptWord& word : model::kKeptReasons)
    if (const auto count = result.plan.kept.of(word.value).count + result.report.kept.of(word.value).count; count > 0)
      json.field(word.name, count);
  json.end_object();
  json.key("failures").begin_array();
  for (const Error& failure : result.plan.failures) json.value(failure.message);
  for (const service::Kept& failure : result.report.failures) json.value(failure.detail);
  for (const auto* errors : {&result.report.errors, &result.report.index_errors})
    for (const Error& error : *errors) json.value(error.message);
  json.end_array();
  json.field("interrupted", result.report.interrupted);
  json.end_object();
}

ExitCode not_due(const GcOptions& options, Context& context, std::string_view why) {
  if (is_json(options))
    JsonWriter(context.out(), JsonWriter::Style::compact)
        .begin_object()
        .field("schema", 1)
        .field("due", false)
        .end_object();
  else if (context.verbose())
    context.messages().note(why);
  return finish_output(context, ExitCode::ok);
}

/// Where nobody has made a cache yet there is nothing to look after; a cache that somebody named is missed.
bool is_no_cache_yet(const Error& error, const GcOptions& options, const Context& context) {
  return error.code == ErrorCode::missing && options.words.cache_dirs.empty() &&
         service::chosen_cache_dirs(context.settings()).empty();
}

ExitCode run_now(const GcOptions& options, service::PruneRequest prune, util::StampFile* stamp, Context& context) {
  auto held = open_for_gc(context, prune.dry_run);
  if (!held) return context.report(held.error());
  service::GcRequest request{std::move(prune)};
  if (!request.prune.dry_run && !held->in_memory)
    request.hits = service::HitImportRequest{
        {hit_log_directory(context.settings())}, {}, false, context.settings().jobs.value, context.now_ns()};
  auto result = collect(request, held->index, context);
  if (!result && !held->in_memory && needs_memory(result.error(), request.prune.dry_run)) {
    held = open_in_memory(context, result.error());
    if (!held) return context.report(held.error());
    request.hits.reset();
    result = collect(request, held->index, context);
  }
  if (!result && is_no_cache_yet(result.error(), options, context))
    return not_due(options, context, result.error().message);
  if (!result) return context.report(result.error());
  follow_in_index(*held, result->report, context);
  const std::int64_t ended = util::now_ns();
  if (is_json(options)) {
    write_json(context, *result, context.now_ns(), format_of(options.output));
  } else if (result->dry_run) {
    const PlanView view{request.prune, true, context.now_ns()};
    if (auto printed = print_plan(context, result->plan, view); !printed) return context.report(printed.error());
  } else {
    tell(context, *result, context.now_ns());
  }
  ExitCode code = exit_code_of(*result);
  if (result->dry_run) return finish_output(context, code);
  service::GcFigures figures = service::figures_of(*result, context.now_ns(), ended);
  if (stamp != nullptr && figures.succeeded) {
    if (auto set = stamp->set(ended); !set) context.messages().warning(set.error().message);
  }
  if (!figures.last_success_ns && stamp != nullptr) figures.last_success_ns = stamp->last_ns();
  auto roots = held->index.roots();
  if (!roots) return context.report(roots.error());
  if (!keep_metrics(context, options.metrics_file, {std::move(*roots), std::move(figures)}))
    code = worse(code, ExitCode::failed);
  return finish_output(context, code);
}

ExitCode run_gc(const GcOptions& options, Context& context) {
  if (options.print_timer->count() > 0) return print_units(context, options.timer.empty() ? "user" : options.timer);
  const std::int64_t now = context.now_ns();
  auto request = service::upkeep_request(options.words, context.settings(), now);
  if (!request) return context.report(request.error());
  std::optional<std::int64_t> due;
  if (options.if_due) {
    const auto parsed = util::parse_duration(*options.if_due);
    if (!parsed) return context.report({ErrorCode::usage, "--if-due: " + parsed.error().message});
    due = *parsed;
  }
  if (!service::has_policy(*request) && !is_json(options)) tell_no_policy(context);
  if (request->dry_run) return run_now(options, std::move(*request), nullptr, context);
  auto stamp = take_stamp(options, context);
  if (!stamp && due) return context.report(stamp.error());
  util::StampFile* const held = stamp && *stamp ? &**stamp : nullptr;
  if (due && held == nullptr) return not_due(options, context, "Another run is at it.");
  if (due && !is_due(*held, *due, now))
    return not_due(options, context,
                   fmt::format("Not due: the last run was {} ago.", util::format_age(now, *held->last_ns())));
  return run_now(options, std::move(*request), held, context);
}

}  // namespace

void add_gc_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<GcOptions>();
  CLI::App* command = app.add_subcommand("gc", "Keep caches within the limits of the settings, unattended");
  command->add_option("--cache-dir", options->words.cache_dirs, "Only this cache directory or root (repeatable)")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_flag("--dry-run", options->words.dry_run, "Show the plan and stop");
  command->add_option("--if-due", options->if_due, "Do nothing if the last successful run is more recent than AGE")
      ->type_name("AGE");
  command->add_option("--metrics-file", options->metrics_file, "Put figures there, for Prometheus (node_exporter)")
      ->type_name("FILE");
  options->print_timer = command
                             ->add_option("--print-timer", options->timer,
                                          "Print units of systemd that call this program, and stop: user, system")
                             ->expected(0, 1)
                             ->default_str("user")
                             ->type_name("WHOSE");
  must_be_one_of(*options->print_timer, {"user", "system"});
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  end_help(*command,
           "The limits are those of the settings prune.* and gc.*; leftovers of dead writers\n"
           "always go. Nothing is asked, and nothing is said unless something went or is wrong.\n\n"
           "Examples:\n"
           "  tcm config set prune.max_size 50GiB   a limit\n"
           "  tcm gc --dry-run                      what it calls for\n"
           "  tcm gc --if-due 24h                   in a job's prologue\n"
           "  tcm gc --print-timer                  for a timer of one's own",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_gc(*options, context); };
  });
}

}  // namespace tcm::cli
