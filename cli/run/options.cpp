// SPDX-License-Identifier: Apache-2.0
#include "cli/run/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/run/checks.hpp"

namespace tcm::cli {
namespace {

constexpr const char* kFilters = "Filters (all must hold; a leading '!' negates a name, glob, backend, arch or kind)";

/// A filter takes one value each time it is given, so that it never swallows a positional argument.
void add_filter(CLI::App& command, const std::string& names, std::vector<std::string>& values, const std::string& help,
                const std::string& type) {
  command.add_option(names, values, help)->allow_extra_args(false)->type_name(type)->group(kFilters);
}

std::vector<std::string> names_of_formats() {
  std::vector<std::string> names;
  for (const FormatText& format : kFormats) names.emplace_back(format.name);
  return names;
}

}  // namespace

ColorMode early_color(const GlobalOptions& options) {
  return color_mode_of(options.flags.color.value_or("auto")).value_or(ColorMode::automatic);
}

std::string help_of(std::string_view key) {
  const config::Key* known = config::find_key(key);
  std::string help(known == nullptr ? std::string_view() : known->help);
  if (!help.empty() && help.front() >= 'a' && help.front() <= 'z')
    help.front() = static_cast<char>(help.front() - 'a' + 'A');
  if (known != nullptr && known->type == config::Type::word) help += ": " + config::form_of(*known);
  return help;
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
  const std::string group = "Global options";
  app.add_flag("-v,--verbose", options.flags.verbosity, "Say more (-v: reasons, -vv: details)")->group(group);
  app.add_option("--color", options.flags.color, help_of("color"))->type_name("WHEN")->group(group);
  app.add_flag("--no-progress", options.quiet, "No progress line and no hints")->group(group);
  app.add_option("--log-file", options.flags.log_file, help_of("log_file"))->type_name("FILE")->group(group);
  app.add_option("--log-format", options.flags.log_format, help_of("log_format"))->type_name("FORMAT")->group(group);
  app.add_option("--db", options.flags.db, help_of("storage.url"))->type_name("DB")->group(group);
  app.add_option("--plugin-path", options.flags.plugin_path, help_of("plugin_path") + " (repeatable)")
      ->allow_extra_args(false)
      ->type_name("DIR")
      ->group(group);
  app.add_flag("--no-plugins", options.flags.no_plugins, help_of("no_plugins"))->group(group);
  app.add_flag("--builtin-plugins-only", options.flags.builtin_plugins_only, help_of("builtin_plugins_only"))
      ->group(group);
}

void add_output_option(CLI::App& command, OutputOptions& options, const std::vector<std::string>& formats,
                       const std::string& group) {
  CLI::Option* const format =
      command
          .add_option("-o,--output", options.format, fmt::format("Form of the output: {}", fmt::join(formats, ", ")))
          ->type_name("FORMAT");
  must_be_one_of(*format, formats);
  CLI::Option* const json = command.add_flag("--json", options.json, "Short for -o json");
  if (group.empty()) return;
  format->group(group);
  json->group(group);
}

void add_output_options(CLI::App& command, OutputOptions& options) {
  const std::string group = "Output";
  add_output_option(command, options, names_of_formats(), group);
  command
      .add_flag("-q,--quiet", options.ids,
                "Keys only, one a line, or paths when there are several roots (short for -o ids)")
      ->group(group);
}

void add_filter_options(CLI::App& command, service::FilterWords& words) {
  add_filter(command, "-n,--name", words.names, "Kernels of exactly this name", "NAME");
  add_filter(command, "--glob", words.globs, "Kernels whose name matches a shell pattern", "PATTERN");
  command.add_option("--key,--hash", words.key_prefix, "Keys that start with PREFIX")
      ->type_name("PREFIX")
      ->group(kFilters);
  add_filter(command, "-b,--backend", words.backends, "By backend, under any name that a plugin recognises", "NAME");
  add_filter(command, "-a,--arch", words.archs, "By GPU architecture, in any form that a plugin recognises", "ARCH");
  add_filter(command, "--triton-version", words.triton_versions, "3.6.0, 3.5 (any 3.5.x) or '>=3.3,<3.5'", "SPEC");
  add_filter(command, "--kind", words.kinds, "By kind of entry; all for every kind", "KIND");
  add_filter(command, "--older-than", words.older_than, "Modified before: 30m, 12h, 7d, 2w, 3mo, 1y, or a date", "AGE");
  add_filter(command, "--younger-than", words.younger_than, "Modified since", "AGE");
  add_filter(command, "--size", words.sizes, "By total size: '>1M', '<=64K'; a bare size means at least", "SIZE");
  add_filter(command, "--where", words.where, "By any field: 'registers>=128 and num_warps=8', 'shared>64K'",
             "CONDITION");
  add_filter(command, "--cache-dir", words.cache_dirs, "Only this cache directory or root", "DIR");
}

void add_host_options(CLI::App& command, service::FilterWords& words) {
  add_filter(command, "--host", words.hosts, "By the host that indexed it, in an index that several share", "PATTERN");
  command.add_option("--missing-on", words.missing_on, "What this host does not have, and would have to compile")
      ->type_name("HOST")
      ->group(kFilters);
}

}  // namespace tcm::cli
