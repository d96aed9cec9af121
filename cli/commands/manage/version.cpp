// SPDX-License-Identifier: Apache-2.0
#include "cli/run/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/run/help.hpp"
#include "core/backend/load/abi_version.hpp"
#include "core/index/index.hpp"

namespace tcm::cli {
namespace {

ExitCode run_version(bool as_json, Context& context) {
  if (as_json) {
    JsonWriter json(context.out(), JsonWriter::Style::pretty);
    json.begin_object();
    json.field("schema", 1);
    json.field("version", kVersion);
    json.field("index_schema", index::kSchemaVersion);
    json.field("plugin_abi", backend::abi_version());
    json.end_object();
  } else {
    context.out().write("tcm " + std::string(kVersion) + "\n");
  }
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_version_command(CLI::App& app, Invocation& invocation) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->add_flag("--json", *as_json, "As JSON, with the versions of the index and of the plugin interface");
  end_help(*command,
           "Examples:\n"
           "  tcm version\n"
           "  tcm version --json                          for a script or a report");
  command->callback([as_json, &invocation] {
    invocation.command = [as_json](Context& context) { return run_version(*as_json, context); };
  });
}

}  // namespace tcm::cli
