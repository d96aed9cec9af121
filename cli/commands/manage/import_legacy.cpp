// SPDX-License-Identifier: Apache-2.0
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
#include "core/service/change/legacy.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

void write_json(Context& context, const service::ImportReport& report) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object();
  json.field("schema", 1);
  json.key("directories").begin_array();
  for (const service::ImportedDirectory& directory : report.directories) {
    json.begin_object();
    json.field("path", directory.path);
    json.field("exists", directory.exists);
    json.field("kernels", directory.kernels);
    json.field("imported", directory.imported);
    json.field("hits", directory.hits);
    json.end_object();
  }
  json.end_array();
  json.field("kernels", report.kernels());
  json.field("imported", report.imported());
  json.field("unusable_rows", report.unusable);
  json.key("failures").begin_array();
  for (const Error& failure : report.failures) json.value(failure.message);
  json.end_array();
  json.end_object();
}

std::string fate(const service::ImportedDirectory& directory) {
  if (!directory.exists) return "; the directory does not exist here";
  const std::int64_t gone = directory.kernels - directory.imported;
  return gone == 0 ? std::string() : fmt::format("; {} gone from the disk", count_text(gone));
}

void print(Context& context, const service::ImportReport& report) {
  for (const service::ImportedDirectory& directory : report.directories)
    context.out().write(fmt::format("{}\n  {} of {} imported, {}{}\n", util::escape_control(directory.path),
                                    count_text(directory.imported), counted(directory.kernels, "kernel", "kernels"),
                                    counted(directory.hits, "hit", "hits"), fate(directory)));
  context.out().write(
      fmt::format("Hits and first-seen times of {} imported.\n", counted(report.imported(), "kernel", "kernels")));
  context.out().flush();
  if (report.unusable > 0)
    context.messages().warning(
        fmt::format("{} without a key or a directory left out", counted(report.unusable, "row", "rows")));
}

ExitCode run_import(const std::string& file, bool as_json, Context& context) {
  service::IndexRequest how;
  how.jobs = context.settings().jobs.value;
  // First, so that a mistyped name makes no index.
  auto legacy = index::LegacyIndex::open(file);
  if (!legacy) return context.report(legacy.error());
  auto index = context.open_index(index::OpenMode::create);
  if (!index) return context.report(index.error());
  service::IndexProgress progress;
  Result<service::ImportReport> report;
  {
    const InterruptGuard interrupts(progress.stop, *index);
    const ProgressWatch watch(context, "Indexing", [&progress](Progress& line) {
      line.set(progress.seen.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
    });
    report = service::import_legacy(*legacy, how, *index, context.backends(), progress);
  }
  if (!report) return context.report(report.error());
  if (as_json)
    write_json(context, *report);
  else
    print(context, *report);
  for (const Error& failure : report->failures) context.messages().error(failure);
  return finish_output(context, report->failures.empty() && report->unusable == 0 ? ExitCode::ok : ExitCode::partial);
}

}  // namespace

void add_import_legacy_command(CLI::App& db, Invocation& invocation) {
  auto file = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      db.add_subcommand("import-legacy", "Import hits and first-seen times from an earlier tool's index");
  command->add_option("FILE", *file, "The SQLite file of triton-cache-manager or model-cache-manager")->required();
  command->add_flag("--json", *as_json, "As JSON");
  end_help(*command,
           "Indexes the directories that the file names, then merges what the file holds\n"
           "about their kernels. It is only read, and may be imported again: nothing\n"
           "counts twice.\n\n"
           "Examples:\n"
           "  tcm db import-legacy ~/.local/share/triton-cache-manager/cache.db\n"
           "  tcm db import-legacy ~/.local/share/model-cache-manager/cache_vllm.db\n"
           "  tcm list --sort hits --columns key,name,hits,first_seen",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([file, as_json, &invocation] {
    invocation.command = [file, as_json](Context& context) { return run_import(*file, *as_json, context); };
  });
}

}  // namespace tcm::cli
