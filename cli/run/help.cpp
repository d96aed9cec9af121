// SPDX-License-Identifier: Apache-2.0
#include "cli/run/help.hpp"

#include <algorithm>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "core/util/text/text.hpp"
#include "core/util/text/wrap.hpp"

namespace tcm::cli {
namespace {

constexpr std::size_t kTextColumn = 28;  // where explanations begin
constexpr std::size_t kNarrow = 60;      // below that they begin further left
constexpr std::size_t kNarrowColumn = 8;
constexpr const char* kGlobalGroup = "Global options";

const CLI::App& root_of(const CLI::App& app) {
  const CLI::App* root = &app;
  while (root->get_parent() != nullptr) root = root->get_parent();
  return *root;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::vector<const CLI::Option*> options_in(const CLI::App& app, const std::string& group) {
  return app.get_options(
      [&](const CLI::Option* option) { return option->nonpositional() && option->get_group() == group; });
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

class Layout : public CLI::FormatterBase {
 public:
  explicit Layout(std::size_t width) : width_(width), text_column_(width < kNarrow ? kNarrowColumn : kTextColumn) {}

  std::string make_help(const CLI::App* app, std::string /*name*/, CLI::AppFormatMode) const override {
    std::string help = util::wrap(app->get_description(), width_) + "\n\n" +
                       util::wrap("Usage: " + usage_line(*app), width_, 4) + "\n";
    help += items("Positionals", positionals_of(*app));
    for (const std::string& group : app->get_groups())
      if (!group.empty()) help += items(group, options_in(*app, group));
    help += commands(*app);
    if (app->get_parent() != nullptr) help += globals(root_of(*app));
    return help + footer(app->get_footer());
  }

 private:
  /// "  -n,--name NAME    Kernels of …", with the explanation below where the first part is too long.
  std::string item(const std::string& spelling, std::string_view text) const {
    std::string line = "  " + spelling;
    if (line.size() + 2 > text_column_)
      line += '\n' + std::string(text_column_, ' ');
    else
      line.resize(text_column_, ' ');
    return line + util::wrap(text, width_, text_column_, text_column_) + "\n";
  }

  std::string items(const std::string& title, const std::vector<const CLI::Option*>& options) const {
    if (options.empty()) return {};
    std::string text = "\n" + util::wrap(title + ":", width_) + "\n";
    for (const CLI::Option* option : options) text += item(option_spelling(*option), option->get_description());
    return text;
  }

  std::string commands(const CLI::App& app) const {
    const auto all = commands_of(app);
    if (all.empty()) return {};
    std::string text = "\nSubcommands:\n";
    for (const CLI::App* command : all) {
      std::string names = command->get_name();
      for (const std::string& alias : command->get_aliases()) names += ", " + alias;
      text += item(names, command->get_description());
    }
    return text;
  }

  std::string globals(const CLI::App& root) const {
    std::string names;
    for (const CLI::Option* option : options_in(root, kGlobalGroup))
      names += (names.empty() ? "" : ", ") + option->get_name(false, false);
    return "\n" + util::wrap(fmt::format("Global options (explained by tcm --help): {}", names), width_, 4) + "\n";
  }

  /// Examples keep their columns where they fit.
  std::string footer(std::string_view text) const {
    if (text.empty()) return {};
    std::string lines = "\n";
    for (const std::string_view line : util::split(text, '\n')) {
      const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
      const std::size_t gap = line.find("  ", indent);
      lines += line.substr(0, indent);
      if (util::display_width(line) <= width_) {
        lines += line.substr(indent);
      } else if (gap == std::string_view::npos) {
        lines += util::wrap(line.substr(indent), width_, indent + 4, indent);
      } else {
        const bool short_label = gap < 6;
        lines += util::wrap(line.substr(indent, gap - indent), width_, indent + 4, indent);
        lines += short_label ? std::string(6 - gap, ' ') : '\n' + std::string(6, ' ');
        lines += util::wrap(line.substr(gap), width_, 6, 6);
      }
      lines += '\n';
    }
    return lines;
  }

  std::size_t width_;
  std::size_t text_column_;
};

}  // namespace

std::string option_spelling(const CLI::Option& option) {
  if (!option.nonpositional()) return option.get_name(true);
  const std::string names = option.get_name(false, true);
  const std::string value = option.get_type_name();
  if (value.empty() || option.get_type_size_max() == 0) return names;
  return names + (option.get_expected_min() == 0 ? "[=" + value + "]" : " " + value);
}

std::string usage_line(const CLI::App& app) {
  std::string usage = full_name(app) + " [OPTIONS]";
  for (const CLI::Option* option : positionals_of(app)) {
    const std::string shown = option->get_name(true) + (option->get_expected_max() > 1 ? "..." : "");
    usage += option->get_required() ? " " + shown : " [" + shown + "]";
  }
  if (!commands_of(app).empty()) usage += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  return usage;
}

void lay_out_help(CLI::App& app, std::size_t width) {
  constexpr std::size_t kWidest = 100;  // longer lines are hard to read
  app.formatter(std::make_shared<Layout>(std::min(width, kWidest)));
}

void end_help(CLI::App& command, std::string_view examples, std::initializer_list<ExitCode> codes) {
  const auto is_told = [&codes](ExitCode code) {
    return code == ExitCode::ok || code == ExitCode::failed || code == ExitCode::usage ||
           std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  std::string text = std::string(examples) + "\n\nExit codes:\n";
  for (const ExitCodeText& code : kExitCodes)
    if (is_told(code.code)) text += fmt::format("  {:<4}{}\n", to_int(code.code), code.text);
  text.pop_back();
  command.footer(text);
}

std::string full_name(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return full_name(*command.get_parent()) + " " + command.get_name();
}

std::string help_text(const CLI::App& command) {
  return command.get_formatter()->make_help(&command, full_name(command), CLI::AppFormatMode::Normal);
}

}  // namespace tcm::cli
