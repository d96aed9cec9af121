// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/run/help.hpp"
#include "core/index/upkeep/copy.hpp"
#include "core/index/upkeep/maintenance.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

/// The index of this run, as Context::open_index() would open it.
struct Place {
  explicit Place(const Context& context) : location(context.settings().storage.url.value), timeout(context.timeout()) {}
  std::string location;
  std::chrono::seconds timeout;
};

void write_status(Context& context, const index::DatabaseStatus& status) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object();
  json.field("schema", 1);
  json.field("database", status.where);
  json.field("storage", status.kind);
  json.field("index_schema", status.version);
  json.field("newest_index_schema", index::kSchemaVersion);
  json.field("bytes", status.bytes);
  const auto rows = [&json](std::string_view name, std::int64_t number) {
    json.field(name, number < 0 ? std::nullopt : std::optional<std::int64_t>(number));
  };
  rows("hosts", status.hosts);
  rows("roots", status.roots);
  rows("records", status.records);
  json.end_object();
}

void print_status(Context& context, const index::DatabaseStatus& status) {
  std::string version = fmt::to_string(status.version);
  if (status.version == 0)
    version = "none yet; `tcm index` makes it";
  else if (status.version < index::kSchemaVersion)
    version += fmt::format(", of an earlier release; {} after `tcm db migrate`", index::kSchemaVersion);
  else if (status.version > index::kSchemaVersion)
    version += fmt::format(", of a later release; this one knows up to {}", index::kSchemaVersion);
  const auto line = [&context](std::string_view label, const std::string& text) {
    context.out().write(fmt::format("{:<10}{}\n", label, util::escape_control(text)));
  };
  line("database", status.where);
  line("storage", status.kind);
  line("schema", version);
  line("size", size_text(status.bytes));
  if (status.records < 0) return;
  line("hosts", count_text(status.hosts));
  line("roots", count_text(status.roots));
  line("records", count_text(status.records));
}

ExitCode run_status(bool as_json, Context& context) {
  const Place place(context);
  const auto status = index::database_status(place.location, place.timeout);
  if (!status) return context.report(status.error());
  if (as_json)
    write_status(context, *status);
  else
    print_status(context, *status);
  return finish_output(context, ExitCode::ok);
}

ExitCode run_migrate(Context& context) {
  const Place place(context);
  const auto before = index::database_status(place.location, place.timeout);
  if (!before) return context.report(before.error());
  const auto index = index::Index::open(place.location, index::OpenMode::read, place.timeout);
  if (!index) return context.report(index.error());
  if (before->version == index::kSchemaVersion)
    context.messages().note(fmt::format("The index has schema version {} already.", before->version));
  else
    context.messages().note(
        fmt::format("Migrated the index from schema version {} to {}.", before->version, index::kSchemaVersion));
  return ExitCode::ok;
}

ExitCode run_vacuum(Context& context) {
  const Place place(context);
  const auto before = index::database_status(place.location, place.timeout);
  if (!before) return context.report(before.error());
  if (const auto done = index::vacuum(place.location, place.timeout); !done) return context.report(done.error());
  const auto after = index::database_status(place.location, place.timeout);
  if (!after) return context.report(after.error());
  context.messages().note(
      fmt::format("Size of the index: {} before, {} now.", size_text(before->bytes), size_text(after->bytes)));
  return ExitCode::ok;
}

ExitCode run_copy(const std::string& to, Context& context) {
  const Place place(context);
  const auto report = index::copy_index(place.location, to, place.timeout);
  if (!report) return context.report(report.error());
  const auto status = index::database_status(to, place.timeout);
  if (!status) return context.report(status.error());
  context.messages().note(fmt::format("Copied {} to {}; the copy is identical (digest {:016x}).",
                                      counted(report->rows, "row", "rows"), util::escape_control(status->where),
                                      report->digest));
  context.messages().hint("`tcm config set storage.url URL` makes it the index from now on");
  return ExitCode::ok;
}

void add_status(CLI::App& db, Invocation& invocation) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = db.add_subcommand("status", "Where the index is, its version, size and rows");
  command->add_flag("--json", *as_json, "As JSON");
  end_help(*command,
           "Examples:\n"
           "  tcm db status\n"
           "  tcm db status --db postgresql://tcm@db/tcm",
           {ExitCode::missing});
  command->callback([as_json, &invocation] {
    invocation.command = [as_json](Context& context) { return run_status(*as_json, context); };
  });
}

void add_migrate(CLI::App& db, Invocation& invocation) {
  CLI::App* command = db.add_subcommand("migrate", "Bring the index of an earlier release up to date now");
  end_help(*command,
           "Examples:\n"
           "  tcm db migrate",
           {ExitCode::missing, ExitCode::busy});
  command->callback([&invocation] { invocation.command = run_migrate; });
}

void add_vacuum(CLI::App& db, Invocation& invocation) {
  CLI::App* command = db.add_subcommand("vacuum", "Return the space of deleted rows to the file system");
  end_help(*command,
           "Examples:\n"
           "  tcm db vacuum",
           {ExitCode::missing, ExitCode::busy});
  command->callback([&invocation] { invocation.command = run_vacuum; });
}

void add_copy(CLI::App& db, Invocation& invocation) {
  auto to = std::make_shared<std::string>();
  CLI::App* command = db.add_subcommand("copy", "Copy the whole index into another, empty database");
  command->add_option("--to", *to, "A path, sqlite:PATH or postgresql://USER@HOST/DATABASE")
      ->required()
      ->type_name("URL");
  end_help(*command,
           "Examples:\n"
           "  tcm db copy --to postgresql://tcm@db/tcm    to a server; then set storage.url\n"
           "  tcm db copy --to backup.db                  to a file",
           {ExitCode::missing, ExitCode::busy});
  command->callback(
      [to, &invocation] { invocation.command = [to](Context& context) { return run_copy(*to, context); }; });
}

}  // namespace

void add_db_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("db", "Manage the index database");
  command->require_subcommand(1);
  add_status(*command, invocation);
  add_migrate(*command, invocation);
  add_vacuum(*command, invocation);
  add_copy(*command, invocation);
  add_import_legacy_command(*command, invocation);
  end_help(*command,
           "Examples:\n"
           "  tcm db status                               where it is and what it holds\n"
           "  tcm db copy --to postgresql://tcm@db/tcm    move to a server; then set storage.url",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
}

}  // namespace tcm::cli
