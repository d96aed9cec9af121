// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/man_page.hpp"

#include <set>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/run/help.hpp"
#include "core/config/key.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string synopsis_of(const CLI::App& command) {
  const std::string usage = usage_line(command);
  std::string line;
  for (const std::string_view word : util::split(usage, ' ')) {
    const bool is_place = !word.empty() && (word.front() == '[' || (word.front() >= 'A' && word.front() <= 'Z'));
    line += (line.empty() ? "" : " ") + (is_place ? italic(word) : bold(word));
  }
  return line;
}

/// "-n, --name NAME": the spellings in bold, the value in italics.
void add_option(RoffPage& page, const CLI::Option& option) {
  const std::string spelled = option_spelling(option);
  const std::size_t value = spelled.find_first_of(" [");
  std::string names = spelled.substr(0, value);
  for (std::size_t comma = names.find(','); comma != std::string::npos; comma = names.find(',', comma + 2))
    names.insert(comma + 1, " ");
  page.term(names, value == std::string::npos ? "" : spelled.substr(value), option.get_description());
}

void add_positionals(RoffPage& page, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options([](const CLI::Option* one) { return one->get_positional(); }))
    page.term("", option->get_name(true), option->get_description());
}

void add_options(RoffPage& page, const CLI::App& command) {
  add_positionals(page, command);
  for (const std::string& group : command.get_groups()) {
    if (group.empty()) continue;
    const auto options = command.get_options(
        [&](const CLI::Option* option) { return option->nonpositional() && option->get_group() == group; });
    if (options.empty()) continue;
    if (group != "Options") page.subsection(group);
    for (const CLI::Option* option : options) add_option(page, *option);
  }
}

/// The end of a help, in parts; see end_help().
struct Footer {
  std::string prose;
  std::string examples;
  std::string codes;
};

Footer footer_of(const CLI::App& command) {
  constexpr std::string_view kExamples = "Examples:\n";
  constexpr std::string_view kCodes = "\n\nExit codes:\n";
  const std::string text = command.get_footer();
  const std::size_t examples = text.find(kExamples);
  const std::size_t codes = text.find(kCodes);
  Footer footer;
  footer.prose = text.substr(0, std::min(examples, codes));
  if (examples != std::string::npos) {
    const std::size_t begin = examples + kExamples.size();
    footer.examples = text.substr(begin, codes == std::string::npos ? codes : codes - begin);
  }
  if (codes != std::string::npos) footer.codes = text.substr(codes + kCodes.size());
  return footer;
}

/// Paragraphs are set apart by empty lines.
void add_prose(RoffPage& page, const std::string& prose) {
  std::string paragraph;
  for (const std::string_view line : util::split(prose, '\n')) {
    if (util::trim(line).empty()) {
      page.paragraph(paragraph);
      paragraph.clear();
    } else {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(util::trim(line));
    }
  }
  page.paragraph(paragraph);
}

/// Without the two blanks that help has before each.
void add_examples(RoffPage& page, const std::string& examples) {
  if (examples.empty()) return;
  std::string text;
  for (std::string_view line : util::split(examples, '\n')) {
    if (line.starts_with("  ")) line.remove_prefix(2);
    text += (text.empty() ? "" : "\n") + std::string(line);
  }
  page.section("EXAMPLES").lines(text);
}

void add_codes(RoffPage& page, const std::string& codes) {
  page.section("EXIT STATUS");
  for (std::string_view line : util::split(codes, '\n')) {
    line = util::trim(line);
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos) page.term(line.substr(0, blank), "", util::trim(line.substr(blank)));
  }
}

void add_see_also(RoffPage& page, std::vector<std::string> names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + bold(name.substr(0, name.find('('))) + roff_text(name.substr(name.find('(')));
  page.section("SEE ALSO").roff(text);
}

std::string page_of(const CLI::App& command) { return fmt::format("tcm-{}(1)", command.get_name()); }

void add_inner_commands(RoffPage& page, const CLI::App& command) {
  const auto inner = commands_of(command);
  if (inner.empty()) return;
  page.section("COMMANDS");
  for (const CLI::App* one : inner) {
    page.subsection(full_name(*one)).roff(synopsis_of(*one)).paragraph(one->get_description() + ".");
    add_prose(page, footer_of(*one).prose);
    add_options(page, *one);
  }
}

void add_environment(RoffPage& page) {
  page.section("ENVIRONMENT").paragraph("Each variable sets the setting that is named; tcm-config(5) explains them.");
  std::set<std::string_view> seen;
  for (const config::Key& key : config::setting_keys())
    for (const std::string_view variable : util::split(key.environment, ' '))
      if (!variable.empty() && seen.insert(variable).second) page.term(variable, "", key.name);
  page.term("TCM_ADD_PLUGIN_PATH", "", "More directories of backends, before the usual ones; with colons between them");
  page.term("TCM_PAGER, PAGER", "",
            "What shows long output on a terminal, less -FRX by default; none when it is empty or cat");
  page.term("NO_COLOR, CLICOLOR_FORCE", "", "No colours; colours also into a pipe");
}

std::string spelled_default(const config::Key& key) {
  return key.standard.empty() ? "depends on the machine" : std::string(key.standard);
}

}  // namespace

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::string program_page(const CLI::App& program, const PageTitle& title) {
  RoffPage page(title, "inspect and prune the caches of compiled Triton kernels");
  page.section("SYNOPSIS").roff(synopsis_of(program));
  page.section("DESCRIPTION").paragraph(program.get_description());
  page.paragraph("Data goes to standard output, messages to standard error.");
  page.section("COMMANDS");
  std::vector<std::string> pages;
  for (const CLI::App* command : commands_of(program)) {
    std::string names = command->get_name();
    for (const std::string& alias : command->get_aliases()) names += ", " + alias;
    page.term(names, "", fmt::format("{}; see {}", command->get_description(), page_of(*command)));
    pages.push_back(page_of(*command));
  }
  page.section("OPTIONS");
  add_options(page, program);
  const Footer footer = footer_of(program);
  add_codes(page, footer.codes);
  add_environment(page);
  page.section("FILES");
  page.term("~/.triton/cache", "", "The cache that Triton writes, unless a variable names another");
  page.term("~/.local/share/triton-cache-manager/tcm.db", "", "The index; it may be deleted at any time");
  page.term("~/.config/tcm/config.toml, /etc/tcm/config.toml, .tcm.toml", "", "Settings; see tcm-config(5)");
  page.term("~/.local/share/tcm/plugins", "", "Backends of one user; see tcm-plugin(7)");
  add_examples(page, footer.examples);
  pages.insert(pages.end(), {"tcm-config(5)", "tcm-plugin(7)"});
  add_see_also(page, pages);
  return page.text();
}

std::string command_page(const CLI::App& command, const PageTitle& title) {
  RoffPage page(title, command.get_description());
  page.section("SYNOPSIS").roff(synopsis_of(command));
  const Footer footer = footer_of(command);
  page.section("DESCRIPTION").paragraph(command.get_description() + ".");
  add_prose(page, footer.prose);
  if (!command.get_aliases().empty()) page.paragraph("Also called " + command.get_aliases().front() + ".");
  page.section("OPTIONS");
  add_options(page, command);
  page.paragraph("The global options are explained in tcm(1).");
  add_inner_commands(page, command);
  add_codes(page, footer.codes);
  add_examples(page, footer.examples);
  add_see_also(page, {"tcm(1)", "tcm-config(5)"});
  return page.text();
}

std::string settings_page(const PageTitle& title) {
  RoffPage page(title, "settings of the Triton Cache Manager");
  page.section("DESCRIPTION").paragraph("A setting has the value of the first of these that gives one:");
  page.term("1.", "", "an option on the command line");
  page.term("2.", "", "an environment variable that is not empty");
  page.term("3.", "", "the project's file: the first .tcm.toml from the working directory upward");
  page.term("4.", "", "the user's file: $XDG_CONFIG_HOME/tcm/config.toml, by default ~/.config/tcm/config.toml");
  page.term("5.", "", "the machine's file: /etc/tcm/config.toml");
  page.term("6.", "", "the default");
  page.paragraph(
      "The files are TOML; a dot in the name of a setting is a section. `tcm config show` prints every value and "
      "what sets it, `tcm config set` writes one.");
  page.section("SETTINGS");
  for (const config::Key& key : config::setting_keys()) {
    std::string text = fmt::format("{}. Must be {}. Default: {}.", key.help, form_of(key), spelled_default(key));
    if (!key.flag.empty()) text += fmt::format(" Option: {}.", key.flag);
    if (!key.environment.empty()) text += fmt::format(" Variables: {}.", key.environment);
    if (key.in_project) text += " Allowed in a project's file.";
    page.term(key.name, "", text);
  }
  page.section("EXAMPLES")
      .lines(
          "cache_dir = [\"~/.triton/cache\", \"/scratch/torchinductor\"]\n"
          "\n"
          "[prune]\n"
          "max_size = \"200GiB\"\n"
          "unused_for = \"30d\"");
  add_see_also(page, {"tcm(1)"});
  return page.text();
}

}  // namespace tcm::cli
