// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/help.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using backend::PluginInfo;

std::string joined_targets(const PluginInfo& plugin) {
  std::string text;
  for (const backend::TargetInfo& target : plugin.targets) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", target.name);
    if (!target.aliases.empty()) text += fmt::format(" ({})", fmt::join(target.aliases, ", "));
  }
  return text;
}

std::string joined_extensions(const PluginInfo& plugin) {
  std::string text;
  for (const backend::FileTypeInfo& type : plugin.file_types)
    text += fmt::format("{}{}", text.empty() ? "" : " ", type.extension);
  return text;
}

void write_plugin(JsonWriter& json, const PluginInfo& plugin) {
  json.begin_object();
  json.field("id", plugin.id);
  json.field("name", plugin.display_name);
  json.field("version", plugin.version);
  json.field("vendor", plugin.vendor);
  json.field("url", plugin.url);
  json.field("path", plugin.path);
  json.field("abi", fmt::format("{}.{}", plugin.abi_major, plugin.abi_minor));
  json.key("targets").begin_array();
  for (const backend::TargetInfo& target : plugin.targets) {
    json.begin_object().field("name", target.name).key("aliases").begin_array();
    for (const std::string& alias : target.aliases) json.value(alias);
    json.end_array().end_object();
  }
  json.end_array();
  json.key("file_types").begin_array();
  for (const backend::FileTypeInfo& type : plugin.file_types)
    json.begin_object()
        .field("extension", type.extension)
        .field("kind", to_string(type.kind))
        .field("label", type.label)
        .end_object();
  json.end_array();
  json.field("probes", plugin.has_probe);
  json.field("validates", plugin.has_validate);
  json.end_object();
}

void write_json(Context& context, const backend::Registry& registry) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1);
  json.key("plugins").begin_array();
  for (const PluginInfo& plugin : registry.plugins()) write_plugin(json, plugin);
  json.end_array();
  json.key("refused").begin_array();
  for (const backend::Refusal& refusal : registry.refusals())
    json.begin_object()
        .field("path", refusal.path)
        .field("stage", to_string(refusal.stage))
        .field("reason", refusal.reason)
        .end_object();
  json.end_array();
  json.key("shadowed").begin_array();
  for (const backend::Shadowed& shadowed : registry.shadowed())
    json.begin_object()
        .field("target", shadowed.target)
        .field("id", shadowed.plugin_id)
        .field("path", shadowed.plugin_path)
        .field("served_by", shadowed.served_by)
        .end_object();
  json.end_array();
  json.key("search_path").begin_array();
  for (const backend::SearchDirectory& directory : registry.directories()) json.value(directory.path);
  json.end_array().end_object();
}

void print_loaded(Context& context, const backend::Registry& registry) {
  Table table(context.out(),
              {{"id", "id"},
               {"version", "version", Align::left, 3},
               {"targets", "targets"},
               {"files", "files", Align::left, 2},
               {"path", "path", Align::left, 1, true}},
              context.out_terminal());
  for (const PluginInfo& plugin : registry.plugins())
    table.add_row({plugin.id, plugin.version, joined_targets(plugin), joined_extensions(plugin), plugin.path});
  table.finish();
}

void print_refused(Context& context, const backend::Registry& registry) {
  if (registry.refusals().empty()) return;
  if (!registry.plugins().empty()) context.out().write("\n");
  context.out().write("Refused:\n");
  // A reason is a sentence, and nobody is helped by half of it: no table.
  for (const backend::Refusal& refusal : registry.refusals())
    context.out().write(fmt::format("  {}\n    {}: {}\n", util::escape_control(refusal.path), to_string(refusal.stage),
                                    util::escape_control(refusal.reason)));
}

void print_shadowed(Context& context, const backend::Registry& registry) {
  if (registry.shadowed().empty()) return;
  context.out().write("\nShadowed:\n");
  Table table(context.out(),
              {{"target", "target"}, {"id", "id"}, {"served_by", "served by"}, {"path", "path", Align::left, 0, true}},
              context.out_terminal());
  for (const backend::Shadowed& shadowed : registry.shadowed())
    table.add_row({shadowed.target, shadowed.plugin_id, shadowed.served_by, shadowed.plugin_path});
  table.finish();
}

ExitCode run_plugins(const OutputOptions& output, Context& context) {
  const backend::Registry& registry = context.backends().registry();
  if (format_of(output) == Format::json) {
    write_json(context, registry);
    return finish_output(context, ExitCode::ok);
  }
  print_loaded(context, registry);
  print_refused(context, registry);
  print_shadowed(context, registry);
  context.out().flush();
  if (registry.plugins().empty())
    context.messages().note("No backend is loaded; tcm works without one but can name fewer things.");
  if (context.verbose())
    for (const backend::SearchDirectory& directory : registry.directories())
      context.messages().note("searched " + directory.path);
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_plugins_command(CLI::App& app, Invocation& invocation) {
  auto output = std::make_shared<OutputOptions>();
  CLI::App* command = app.add_subcommand("plugins", "Show which backends were loaded, refused and shadowed, and why");
  add_output_option(*command, *output, {"table", "json"});
  end_help(*command,
           "Backends are shared objects libtcm_backend_*.so. They are looked for in\n"
           "--plugin-path or TCM_PLUGIN_PATH; without those in TCM_ADD_PLUGIN_PATH,\n"
           "$XDG_DATA_HOME/tcm/plugins and the directory installed with tcm.\n\n"
           "Examples:\n"
           "  tcm plugins -v                              also the directories that were searched\n"
           "  tcm plugins --plugin-path ./build/plugins   only those in this directory");
  command->callback([output, &invocation] {
    invocation.command = [output](Context& context) { return run_plugins(*output, context); };
  });
}

}  // namespace tcm::cli
