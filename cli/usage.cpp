// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.hpp"

#include <algorithm>
#include <filesystem>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/run/help.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string_view without_dashes(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  return word;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) {
    names.push_back(command->get_name());
    for (const std::string& alias : command->get_aliases()) names.push_back(alias);
  }
  return names;
}

/// The options that may stand where those of `app` may: its own and those of the commands above it.
std::vector<const CLI::Option*> options_at(const CLI::App& app) {
  std::vector<const CLI::Option*> options;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options()) options.push_back(option);
  return options;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options_at(app)) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool has_option(const CLI::App& app, const std::string& name) {
  const auto names = option_names(app);
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

/// The innermost command that the arguments chose; the program itself when they chose none.
const CLI::App& chosen_command(const CLI::App& app) {
  const CLI::App* innermost = &app;
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = innermost->get_subcommands())
    innermost = chosen.front();
  return *innermost;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto meant = probably_meant(word, candidates);
  return meant ? fmt::format("; did you mean {}?", *meant) : std::string();
}

std::string unknown_command(const CLI::App& app, std::string_view word) {
  std::string advice = did_you_mean(word, command_names(app));
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  if (advice.empty()) advice = fmt::format("; it must be one of {}", fmt::join(names, ", "));
  const std::string above = app.get_parent() == nullptr ? "" : app.get_name() + " ";
  return fmt::format("unknown command '{}{}'{}", above, word, advice);
}

std::string unknown_option(const CLI::App& command, std::string_view word) {
  const std::string name(word.substr(0, word.find('=')));
  // The parser read it before it knew the command.
  if (has_option(command, name))
    return fmt::format("'{}' is an option of `{}`; put it after the command", name, full_name(command));
  std::string advice = did_you_mean(name, option_names(command));
  const auto positionals = positionals_of(command);
  const auto takes_more = [](const CLI::Option* option) {
    return option->count() < static_cast<std::size_t>(option->get_expected_max());
  };
  // A key of Triton 3.2 may begin with '-'.
  if (advice.empty() && !positionals.empty() && takes_more(positionals.front()))
    advice = fmt::format("; to give it as {}, put -- before it", positionals.front()->get_name(true));
  return fmt::format("unknown option '{}'{}", name, advice);
}

std::string surplus_word(const CLI::App& command, const std::string& word) {
  const auto positionals = positionals_of(command);
  if (!positionals.empty())
    return fmt::format("unexpected argument '{}': `{}` takes one {}", word, full_name(command),
                       positionals.front()->get_name(true));
  std::error_code error;
  const bool is_path = word.find('/') != std::string::npos || std::filesystem::is_directory(word, error);
  std::string advice;
  if (is_path && has_option(command, "--cache-dir"))
    advice = fmt::format("; for a directory, write --cache-dir {}", word);
  else if (has_option(command, "--name"))
    advice = fmt::format("; for the name of a kernel, write --name {}", word);
  return fmt::format("unexpected argument '{}': `{}` takes options only{}", word, full_name(command), advice);
}

std::string unknown_argument(const CLI::App& app, const std::string& word) {
  const CLI::App& command = chosen_command(app);
  if (word.size() > 1 && word.front() == '-') return unknown_option(command, word);
  return commands_of(command).empty() ? surplus_word(command, word) : unknown_command(command, word);
}

std::string missing_argument(const CLI::App& command) {
  if (command.get_require_subcommand_min() > 0 && command.get_subcommands().empty()) {
    std::vector<std::string> names;
    for (const CLI::App* inner : commands_of(command)) names.push_back(inner->get_name());
    return fmt::format("`{}` needs a command: {}", full_name(command), fmt::join(names, ", "));
  }
  for (const CLI::Option* option : command.get_options())
    if (option->get_required() && option->count() == 0)
      return fmt::format("`{}` needs {}", full_name(command), option->get_name(option->get_positional()));
  return {};
}

std::string excluded_option(const CLI::App& command) {
  for (const CLI::Option* option : options_at(command))
    for (const CLI::Option* other : option->get_excludes())
      if (option->count() > 0 && other->count() > 0)
        return fmt::format("{} and {} exclude each other", option->get_name(), other->get_name());
  return {};
}

/// Too few or too many values, or one where none may be. The parser names the option in its text only.
std::string miscounted_values(const CLI::App& command, const std::string& text) {
  const CLI::Option* culprit = nullptr;
  for (const CLI::Option* option : options_at(command)) {
    const std::string name = option->get_name();
    const std::size_t at = name.empty() ? std::string::npos : text.find(name);
    if (at == std::string::npos) continue;
    // "--columns" also holds "--color": the longest name is the one.
    if (culprit == nullptr || name.size() > culprit->get_name().size()) culprit = option;
  }
  if (culprit == nullptr) return {};
  if (culprit->get_type_name().empty()) return fmt::format("{} takes no value", culprit->get_name());
  if (culprit->results().size() > 1) return fmt::format("{} may be given only once", culprit->get_name());
  return fmt::format("{} needs a value: {}", culprit->get_name(), culprit->get_type_name());
}

std::string described(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen_command(app);
  const bool lacks_something = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const auto extras = app.remaining(true);
  // A mistyped word is also missing where it should stand.
  if (!extras.empty() && (lacks_something || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr))
    return unknown_argument(app, extras.front());
  if (lacks_something) return missing_argument(command);
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) return excluded_option(command);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr ||
      dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
    return miscounted_values(command, error.what());
  return {};
}

}  // namespace

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::string text = described(app, error);
  return fmt::format("{} (see {} --help)", text.empty() ? error.what() : text, full_name(chosen_command(app)));
}

const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words, std::string& problem) {
  const CLI::App* command = &app;
  for (const std::string& word : words) {
    const auto inner = commands_of(*command);
    const auto found =
        std::find_if(inner.begin(), inner.end(), [&](const CLI::App* one) { return one->check_name(word); });
    if (found == inner.end()) {
      problem = inner.empty() ? fmt::format("`{}` has no commands of its own", full_name(*command))
                              : unknown_command(*command, word);
      return nullptr;
    }
    command = *found;
  }
  return command;
}

std::optional<std::string> probably_meant(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string typed = util::lower_ascii(without_dashes(word));
  std::vector<std::string_view> plain;
  const std::string* begun = nullptr;
  for (const std::string& candidate : candidates) {
    const std::string_view name = candidate == word ? std::string_view() : without_dashes(candidate);
    plain.push_back(name);
    // One letter begins too much to mean anything.
    if (typed.size() < 2 || !name.starts_with(typed)) continue;
    if (begun == nullptr || candidate.size() < begun->size()) begun = &candidate;
  }
  if (begun != nullptr) return *begun;
  if (typed.size() < 2) return std::nullopt;
  const auto near = util::closest(typed, plain);
  if (!near || near->empty()) return std::nullopt;
  const auto at = std::find(plain.begin(), plain.end(), *near) - plain.begin();
  return candidates[static_cast<std::size_t>(at)];
}

}  // namespace tcm::cli
