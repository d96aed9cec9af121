// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/help.hpp"
#include "core/config/edit.hpp"
#include "core/config/files.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using config::Effective;
using config::Key;
using config::Source;
using config::Type;

// A path of usual length; what is longer pushes its origin to the right.
constexpr std::size_t kValueWidth = 40;

struct SetOptions {
  std::string key;
  std::vector<std::string> words;
  bool project = false;
};

std::string padded(std::string text, std::size_t width) {
  const std::size_t have = util::display_width(text);
  return have < width ? text.append(width - have, ' ') : text;
}

void print_settings(Context& context) {
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Effective& setting : context.settings().all) {
    name_width = std::max(name_width, setting.key->name.size());
    const std::size_t width = util::display_width(util::escape_control(to_text(*setting.key, setting.value)));
    if (width <= kValueWidth) value_width = std::max(value_width, width);
  }
  for (const Effective& setting : context.settings().all)
    context.out().write(fmt::format("{:<{}} = {}  ({})\n", setting.key->name, name_width,
                                    padded(util::escape_control(to_text(*setting.key, setting.value)), value_width),
                                    util::escape_control(util::redact_text(to_string(setting.origin)))));
}

void write_value(JsonWriter& json, const Effective& setting) {
  struct Visitor {
    JsonWriter& json;
    const Effective& setting;
    void operator()(std::monostate) const { json.null(); }
    void operator()(bool on) const { json.value(on); }
    void operator()(std::uint64_t number) const { json.value(number); }
    void operator()(std::int64_t duration) const { json.value(duration / util::kSecond); }
    void operator()(const std::string&) const { json.value(to_text(*setting.key, setting.value)); }
    void operator()(const std::vector<std::string>& list) const {
      json.begin_array();
      for (const std::string& element : list) json.value(util::redact_text(element));
      json.end_array();
    }
  };
  std::visit(Visitor{json, setting}, setting.value);
}

std::optional<std::string_view> unit_of(Type type) {
  if (type == Type::size) return "bytes";
  if (type == Type::duration) return "seconds";
  if (type == Type::percent) return "percent";
  return std::nullopt;
}

std::optional<std::string_view> if_any(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void write_setting(JsonWriter& json, const Effective& setting) {
  const Key& key = *setting.key;
  json.begin_object().field("key", key.name).key("value");
  write_value(json, setting);
  json.field("unit", unit_of(key.type));
  json.field("source", to_string(setting.origin.source));
  json.field("where", if_any(util::redact_text(setting.origin.where)));
  json.field("line", setting.origin.line == 0 ? std::nullopt : std::optional(setting.origin.line));
  json.field("flag", if_any(key.flag)).key("variables").begin_array();
  for (const std::string_view variable : util::split(key.environment, ' ')) json.value(variable);
  json.end_array();
  json.field("default", if_any(key.standard));
  json.field("in_project", key.in_project);
  json.field("must_be", form_of(key));
  json.field("help", key.help).end_object();
}

ExitCode run_show(bool as_json, Context& context) {
  if (!as_json) {
    print_settings(context);
    return finish_output(context, ExitCode::ok);
  }
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1).key("settings").begin_array();
  for (const Effective& setting : context.settings().all) write_setting(json, setting);
  json.end_array().end_object();
  return finish_output(context, ExitCode::ok);
}

ExitCode run_get(const std::string& name, Context& context) {
  for (const Effective& setting : context.settings().all) {
    if (setting.key->name != name) continue;
    const auto* list = std::get_if<std::vector<std::string>>(&setting.value);
    const std::vector<std::string> lines =
        list != nullptr ? *list : std::vector<std::string>{to_text(*setting.key, setting.value)};
    for (const std::string& line : lines) {
      const std::string shown = util::redact_text(line);
      context.out().write((context.out().to_terminal() ? util::escape_control(shown) : shown) + "\n");
    }
    return finish_output(context, ExitCode::ok);
  }
  return context.report(config::unknown_key(name));
}

std::string_view state_of(const config::FileState& file) {
  if (!file.exists) return "not there";
  return file.ignored.empty() ? std::string_view("used") : std::string_view("ignored");
}

ExitCode run_path(bool as_json, Context& context) {
  const auto files = find_files(config::standard_files());
  if (as_json) {
    JsonWriter json(context.out(), JsonWriter::Style::pretty);
    json.begin_object().field("schema", 1).key("files").begin_array();
    for (const config::FileState& file : files)
      json.begin_object()
          .field("layer", to_string(file.layer))
          .field("path", file.path)
          .field("exists", file.exists)
          .field("used", file.used())
          .field("ignored", if_any(file.ignored))
          .end_object();
    json.end_array().end_object();
    return finish_output(context, ExitCode::ok);
  }
  Table table(context.out(), {{"layer", "layer"}, {"state", "state"}, {"path", "path"}}, context.out_terminal());
  for (const config::FileState& file : files)
    table.add_row({std::string(to_string(file.layer)), std::string(state_of(file)), file.path});
  table.finish();
  context.out().flush();
  for (const config::FileState& file : files)
    if (!file.ignored.empty())
      context.messages().warning(fmt::format("{}: ignored, because {}", file.path, file.ignored));
  return finish_output(context, ExitCode::ok);
}

/// The file that `set` and `unset` write: the project's, where it is or in the working directory, or the user's.
Result<config::FileState> file_to_set(const config::Files& files, bool project) {
  const Source layer = project ? Source::project : Source::user;
  for (const config::FileState& file : find_files(files)) {
    if (file.layer != layer) continue;
    if (file.ignored.empty()) return file;
    return fail(ErrorCode::denied, fmt::format("{}: is ignored, because {}; remove it first", file.path, file.ignored));
  }
  return fail(ErrorCode::usage, project ? "the working directory is gone; go to another one"
                                        : "HOME is not set and the user has no home directory; set HOME");
}

/// A value that nobody will see is worth a word.
void tell_what_goes_before(const Context& context, const Key& key, const config::FileState& written) {
  const auto settings = config::resolve({}, config::process_environment(), config::standard_files());
  if (!settings) return;
  for (const Effective& setting : settings->all)
    if (setting.key == &key && setting.origin.where != written.path)
      context.messages().hint(
          fmt::format("{} is also set in {}, which takes precedence", key.name, to_string(setting.origin)));
}

ExitCode run_set(const SetOptions& options, Context& context) {
  const Key* key = config::find_key(options.key);
  if (key == nullptr) return context.report(config::unknown_key(options.key));
  const config::Files files = config::standard_files();
  const auto file = file_to_set(files, options.project);
  if (!file) return context.report(file.error());
  const auto literal = literal_of(*key, options.words, files.directory);
  if (!literal) return context.report(literal.error());
  if (const auto done = set_in_file(*file, *key, *literal, files.home); !done) return context.report(done.error());
  context.messages().note(fmt::format("Set {} in {}.", key->name, file->path));
  tell_what_goes_before(context, *key, *file);
  return ExitCode::ok;
}

ExitCode run_unset(const SetOptions& options, Context& context) {
  const Key* key = config::find_key(options.key);
  if (key == nullptr) return context.report(config::unknown_key(options.key));
  const config::Files files = config::standard_files();
  const auto file = file_to_set(files, options.project);
  if (!file) return context.report(file.error());
  const auto removed = unset_in_file(*file, *key, files.home);
  if (!removed) return context.report(removed.error());
  context.messages().note(*removed ? fmt::format("Removed {} from {}.", key->name, file->path)
                                   : fmt::format("{} does not set {}.", file->path, key->name));
  return ExitCode::ok;
}

/// Whether -o and --json ask for JSON.
std::shared_ptr<OutputOptions> add_output(CLI::App& command) {
  auto output = std::make_shared<OutputOptions>();
  add_output_option(command, *output, {"table", "json"});
  return output;
}

void add_show(CLI::App& config, Invocation& invocation) {
  CLI::App* command = config.add_subcommand("show", "Print every setting, its value and where that comes from");
  auto output = add_output(*command);
  end_help(*command,
           "Examples:\n"
           "  tcm config show                      every value, and the file or variable that sets it\n"
           "  tcm config show --json");
  command->callback([output, &invocation] {
    invocation.command = [output](Context& context) { return run_show(format_of(*output) == Format::json, context); };
  });
}

void add_get(CLI::App& config, Invocation& invocation) {
  auto key = std::make_shared<std::string>();
  CLI::App* command = config.add_subcommand("get", "Print one value; of a list, one element a line");
  command->add_option("KEY", *key, "The setting")->required()->type_name("");
  end_help(*command,
           "Examples:\n"
           "  tcm config get prune.max_size\n"
           "  tcm config get cache_dir");
  command->callback(
      [key, &invocation] { invocation.command = [key](Context& context) { return run_get(*key, context); }; });
}

void add_set(CLI::App& config, Invocation& invocation) {
  auto options = std::make_shared<SetOptions>();
  CLI::App* command = config.add_subcommand("set", "Write a value into your settings file and change nothing else");
  command->add_option("KEY", options->key, "The setting")->required()->type_name("");
  command->add_option("VALUE", options->words, "The value; several for a list; none for no value")
      ->required()
      ->type_name("");
  command->add_flag("--project", options->project, "Into the project's .tcm.toml instead");
  end_help(*command,
           "Examples:\n"
           "  tcm config set prune.max_size 10G\n"
           "  tcm config set cache_dir ~/.triton/cache ~/.cache/vllm\n"
           "  tcm config set prune.max_size none   no limit");
  command->callback([options, &invocation] {
    invocation.reads_files = false;
    invocation.command = [options](Context& context) { return run_set(*options, context); };
  });
}

void add_unset(CLI::App& config, Invocation& invocation) {
  auto options = std::make_shared<SetOptions>();
  CLI::App* command = config.add_subcommand("unset", "Remove a value from your settings file");
  command->add_option("KEY", options->key, "The setting")->required()->type_name("");
  command->add_flag("--project", options->project, "From the project's .tcm.toml instead");
  end_help(*command,
           "Examples:\n"
           "  tcm config unset prune.max_size      the default counts again");
  command->callback([options, &invocation] {
    invocation.reads_files = false;
    invocation.command = [options](Context& context) { return run_unset(*options, context); };
  });
}

void add_path(CLI::App& config, Invocation& invocation) {
  CLI::App* command = config.add_subcommand("path", "Print which files are read, in order of precedence");
  auto output = add_output(*command);
  end_help(*command,
           "Examples:\n"
           "  tcm config path");
  command->callback([output, &invocation] {
    invocation.reads_files = false;
    invocation.command = [output](Context& context) { return run_path(format_of(*output) == Format::json, context); };
  });
}

}  // namespace

void add_config_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("config", "Show and change the settings");
  command->require_subcommand(1);
  command->callback([&invocation] { invocation.needs_log = false; });
  add_show(*command, invocation);
  add_get(*command, invocation);
  add_set(*command, invocation);
  add_unset(*command, invocation);
  add_path(*command, invocation);
  end_help(*command,
           "Examples:\n"
           "  tcm config show                      every value, and what sets it\n"
           "  tcm config set prune.max_size 10G    write it into your file\n"
           "  tcm config path                      which files are read");
}

}  // namespace tcm::cli
