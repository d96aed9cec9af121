// SPDX-License-Identifier: Apache-2.0
#include "cli/run/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/run/help.hpp"
#include "core/backend/load/abi_version.hpp"
#include "core/config/files.hpp"
#include "core/index/index.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

/// The files of settings that are read.
std::vector<std::string> settings_files() {
  std::vector<std::string> paths;
  for (const config::FileState& file : find_files(config::standard_files()))
    if (file.used()) paths.push_back(file.path);
  return paths;
}

/// The index: its path, or its URL without a password.
const std::string& index_place(const Context& context) {
  const std::string& file = context.settings().db_file.value;
  return file.empty() ? context.settings().storage.redacted : file;
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(word);
  json.end_array();
}

void write_version(Context& context) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object();
  json.field("schema", 1);
  json.field("version", kVersion);
  json.field("commit", kCommit);
  json.field("commit_date", kDate);
  json.field("index_schema", index::kSchemaVersion);
  json.field("plugin_abi", backend::abi_version());
  json.key("libraries").begin_object();
  for (const Library& library : kLibraries) json.field(library.name, library.version);
  json.end_object();
  write_list(json, "databases", {std::begin(kDatabases), std::end(kDatabases)});
  json.field("index", index_place(context));
  write_list(json, "settings_files", settings_files());
  write_list(json, "plugin_directories", context.plugin_directories());
  json.end_object();
}

void print_version(Context& context) {
  Sink& out = context.out();
  const auto line = [&](std::string_view label, std::string_view value) {
    out.write(fmt::format("{:<16}{}\n", label, util::escape_control(value)));
  };
  const auto lines = [&](std::string_view label, const std::vector<std::string>& values) {
    for (const std::string& value : values) line(&value == &values.front() ? label : "", value);
    if (values.empty()) line(label, "none");
  };
  out.write(fmt::format("tcm {}\n", kVersion));
  line("commit", fmt::format("{}, {}", kCommit, kDate));
  line("index schema", fmt::to_string(index::kSchemaVersion));
  line("plugin ABI", backend::abi_version());
  line("index", index_place(context));
  lines("settings", settings_files());
  lines("plugins", context.plugin_directories());
  std::vector<std::string> libraries;
  for (const Library& library : kLibraries) libraries.push_back(fmt::format("{} {}", library.name, library.version));
  lines("built with", libraries);
  line("databases", fmt::format("{}", fmt::join(kDatabases, ", ")));
}

ExitCode run_version(bool as_json, Context& context) {
  if (as_json)
    write_version(context);
  else
    print_version(context);
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void choose_version(bool as_json, Invocation& invocation) {
  // What somebody reports who cannot even mend his settings.
  invocation.needs_settings = false;
  invocation.needs_log = false;
  invocation.command = [as_json](Context& context) { return run_version(as_json, context); };
}

void add_version_command(CLI::App& app, Invocation& invocation) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("version", "Print the version, what tcm was built with, and the paths that it uses");
  command->add_flag("--json", *as_json, "As JSON, for a script or a report");
  end_help(*command,
           "Examples:\n"
           "  tcm version\n"
           "  tcm version --json                          for a script or a report");
  command->callback([as_json, &invocation] { choose_version(*as_json, invocation); });
}

}  // namespace tcm::cli
