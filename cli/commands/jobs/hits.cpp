// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/jobs/hits.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "core/service/hits/import.hpp"
#include "core/util/system/env.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct HitsOptions {
  std::vector<std::string> directories;
  std::vector<std::string> map;
  bool skip_unknown = false;
  bool json = false;
};

void write_json(Context& context, const service::HitImportReport& report) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1);
  json.field("logs", report.logs).field("read", report.read).field("waiting", report.waiting);
  json.field("hits", report.hits).field("misses", report.misses);
  json.field("entries", report.entries).field("gone", report.gone);
  json.field("unreadable_lines", report.unreadable);
  json.key("unknown_roots").begin_array();
  for (const auto& [root, logs] : report.unknown_roots)
    json.begin_object().field("path", root).field("logs", logs).end_object();
  json.end_array();
  json.key("failures").begin_array();
  for (const Error& failure : report.failures) json.value(failure.message);
  json.end_array();
  json.end_object();
}

void print(Context& context, const service::HitImportReport& report) {
  std::string line =
      fmt::format("{} and {} of {} imported, from {} of {}", counted(report.hits, "hit", "hits"),
                  counted(report.misses, "miss", "misses"), counted(report.entries + report.gone, "entry", "entries"),
                  count_text(report.read), counted(report.logs, "log", "logs"));
  if (report.gone > 0) line += fmt::format("; {} gone from the disk", count_text(report.gone));
  context.out().write(line + ".\n");
  context.out().flush();
}

/// What waits, and what to do about it.
void explain(Context& context, const HitsOptions& options, const service::HitImportReport& report) {
  for (const Error& failure : report.failures) context.messages().error(failure);
  if (report.unreadable > 0)
    context.messages().warning(
        fmt::format("skipped {} that no tracker wrote", counted(report.unreadable, "line", "lines")));
  if (options.skip_unknown) return;
  for (const auto& [root, logs] : report.unknown_roots)
    context.messages().warning(fmt::format("{}: the index does not know this root, so {} for it", root,
                                           logs == 1 ? "a log waits" : count_text(logs) + " logs wait"));
  if (report.waiting > 0)
    context.messages().hint(
        "index it (`tcm index DIR`), name it as it is called here (`--map FROM=TO`), or pass over "
        "it (`--skip-unknown`)");
}

ExitCode run_import(const HitsOptions& options, Context& context) {
  service::HitImportRequest request;
  auto map = service::PathMap::parse(options.map);
  if (!map) return context.report(map.error());
  request.map = std::move(*map);
  request.directories = options.directories;
  if (request.directories.empty()) request.directories = {hit_log_directory(context.settings())};
  request.skip_unknown = options.skip_unknown;
  request.jobs = context.settings().jobs.value;
  request.now_ns = context.now_ns();
  auto index = context.open_index(index::OpenMode::create);
  if (!index) return context.report(index.error());
  service::IndexProgress progress;
  Result<service::HitImportReport> report;
  {
    const InterruptGuard interrupts(progress.stop, *index);
    report = service::import_hits(request, *index, context.backends(), progress);
  }
  if (!report) return context.report(report.error());
  if (options.json)
    write_json(context, *report);
  else
    print(context, *report);
  explain(context, options, *report);
  const bool partial = report->waiting > 0 || report->unreadable > 0 || !report->failures.empty();
  return finish_output(context, partial ? ExitCode::partial : ExitCode::ok);
}

void add_import(CLI::App& hits, Invocation& invocation) {
  auto options = std::make_shared<HitsOptions>();
  CLI::App* command = hits.add_subcommand("import", "Import logs into the index");
  command->add_option("DIR", options->directories, "Directories of logs. Default: TCM_HITS_DIR, else hits in data_dir")
      ->type_name("DIR");
  command->add_option("--map", options->map, "Paths in the logs at or below FROM are at TO here (repeatable)")
      ->allow_extra_args(false)
      ->type_name("FROM=TO");
  command->add_flag("--skip-unknown", options->skip_unknown,
                    "Also read logs that name roots unknown to the index; that part is lost");
  command->add_flag("--json", options->json, "As JSON");
  end_help(*command,
           "Each line counts once, however often a log is imported and whenever an import\n"
           "ends. The caches that the logs name are indexed first. A hit is a process that\n"
           "used an entry without compiling it; launches are not counted.\n\n"
           "Examples:\n"
           "  tcm hits import\n"
           "  tcm hits import /srv/logs --map /root/.triton/cache=/srv/cache\n"
           "  tcm list --where 'hits=0 and misses>0' --columns key,name,size,misses",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_import(*options, context); };
  });
}

}  // namespace

std::string hit_log_directory(const config::Settings& settings) {
  const auto named = util::get_env("TCM_HITS_DIR");
  return named && !named->empty() ? *named : settings.data_dir.value + "/hits";
}

void add_hits_command(CLI::App& app, Invocation& invocation) {
  CLI::App* hits = app.add_subcommand("hits", "Count which kernels jobs use");
  hits->require_subcommand(1);
  add_hits_setup_command(*hits, invocation);
  add_import(*hits, invocation);
  end_help(*hits,
           "Examples:\n"
           "  tcm hits setup                 the lines that let jobs count\n"
           "  tcm hits import                what they counted, into the index");
}

}  // namespace tcm::cli
