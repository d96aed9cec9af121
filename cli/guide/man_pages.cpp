// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/man_pages.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/guide/man_page.hpp"
#include "cli/run/version.hpp"

namespace tcm::cli {
namespace {

constexpr std::string_view kProgram = "tcm.1";
// `config` is a command and a file, and this is the page of the file.
constexpr std::string_view kSettings = "tcm-config.5";

std::string name_of(const CLI::App& command) { return fmt::format("tcm-{}.1", command.get_name()); }

PageTitle title_of(std::string_view page) {
  const std::size_t dot = page.rfind('.');
  return {std::string(page.substr(0, dot)), page[dot + 1] - '0', std::string(kDate), std::string(kVersion)};
}

}  // namespace

std::vector<std::string> man_pages(const CLI::App& program) {
  std::vector<std::string> names{std::string(kProgram)};
  for (const CLI::App* command : commands_of(program)) names.push_back(name_of(*command));
  names.emplace_back(kSettings);
  return names;
}

std::optional<std::string> man_page(const CLI::App& program, const std::string& name) {
  if (name == kProgram) return program_page(program, title_of(name));
  if (name == kSettings) return settings_page(title_of(name));
  for (const CLI::App* command : commands_of(program))
    if (name == name_of(*command)) return command_page(*command, title_of(name));
  return std::nullopt;
}

}  // namespace tcm::cli
