// SPDX-License-Identifier: Apache-2.0
#include "cli/app.hpp"

#include <csignal>
#include <iostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/log.hpp"
#include "cli/run/context.hpp"
#include "cli/run/version.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string footer() {
  std::string text =
      "Examples:\n"
      "  tcm index                      read the cache that Triton uses here\n"
      "  tcm list --sort size           what takes the room\n"
      "  tcm show NK47D24P              all about one kernel\n"
      "\nExit codes:\n";
  for (const ExitCodeText& code : kExitCodes) text += fmt::format("  {:<4}{}\n", to_int(code.code), code.text);
  return text;
}

/// Every word that can stand where `app` found an unknown one: its commands, its options and those it falls through to.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    for (const CLI::App* command : level->get_subcommands([](const CLI::App*) { return true; })) {
      words.push_back(command->get_name());
      for (const std::string& alias : command->get_aliases()) words.push_back(alias);
      // Option groups are nameless commands to the parser.
      if (command->get_name().empty())
        for (const CLI::Option* option : command->get_options())
          for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
    for (const CLI::Option* option : level->get_options())
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

/// The innermost command that the arguments chose; the program itself when they chose none.
const CLI::App& chosen_command(const CLI::App& app) {
  const CLI::App* innermost = &app;
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = innermost->get_subcommands())
    innermost = chosen.front();
  return *innermost;
}

/// "config set ": what stands between the program and its options.
std::string words_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return {};
  return words_of(*command.get_parent()) + command.get_name() + " ";
}

/// What was meant by the first argument that nobody knows.
std::string suggestion(const CLI::App& app) {
  const auto extras = app.remaining(true);
  if (extras.empty()) return {};
  const auto words = known_words(chosen_command(app));
  const std::vector<std::string_view> candidates(words.begin(), words.end());
  const std::string word = extras.front().substr(0, extras.front().find('='));
  const auto meant = util::closest(word, candidates);
  return meant ? fmt::format("; did you mean {}?", *meant) : std::string();
}

/// Whether something can follow `app` that is no option: a key of the cache, for one, which may begin with any letter
/// and, in Triton 3.2, with '-'.
bool takes_words(const CLI::App& app) {
  return !app.get_options([](const CLI::Option* option) { return option->get_positional(); }).empty();
}

/// "list, restore, empty": what can follow `app`; empty when nothing has to.
std::string needed_commands(const CLI::App& app) {
  std::string names;
  if (app.get_require_subcommand_min() == 0) return names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_name().empty()) names += (names.empty() ? "" : ", ") + command->get_name();
  return names;
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const bool lacks_something = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const auto extras = app.remaining(true);
  // A mistyped word is also missing where it should stand.
  if (!extras.empty() && (lacks_something || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)) {
    std::string meant = suggestion(app);
    if (meant.empty() && extras.front().starts_with('-') && takes_words(chosen_command(app)))
      meant = "; a word that begins with '-' goes behind --";
    return fmt::format("unknown argument '{}'{}", extras.front(), meant);
  }
  const std::string needed = lacks_something ? needed_commands(chosen_command(app)) : std::string();
  return needed.empty() ? error.what() : "one of these must follow: " + needed;
}

ExitCode report_usage(const CLI::App& app, const CLI::ParseError& error, const GlobalOptions& options) {
  const Messages messages(describe_terminal(STDERR_FILENO, early_color(options)).color);
  const std::string text = usage_text(app, error);
  messages.error(fmt::format("{} (see tcm {}--help)", text, words_of(chosen_command(app))));
  return ExitCode::usage;
}

ExitCode run_command(const GlobalOptions& options, const Invocation& invocation) {
  auto settings = config::resolve(options.flags, config::process_environment(),
                                  invocation.reads_files ? config::standard_files() : config::Files{});
  if (!settings) {
    Messages(describe_terminal(STDERR_FILENO, early_color(options)).color).error(settings.error());
    return exit_code_of(settings.error().code);
  }
  Context context(options, std::move(*settings));
  for (const std::string& warning : context.settings().warnings) context.messages().warning(warning);
  if (const auto started = start_logging(context.settings()); !started) {
    if (invocation.needs_log) return context.report(started.error());
    context.messages().warning(started.error().message);
  }
  return invocation.command(context);
}

ExitCode parse_and_run(int argc, const char* const* argv) {
  CLI::App app{"tcm keeps the caches of compiled GPU kernels that Triton leaves on disk.", "tcm"};
  GlobalOptions options;
  Invocation invocation;
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.set_version_flag("--version", "tcm " + std::string(kVersion));
  app.footer(footer());
  add_global_options(app, options);
  add_index_command(app, invocation, options);
  add_list_command(app, invocation);
  add_show_command(app, invocation);
  add_stats_command(app, invocation);
  add_prune_command(app, invocation);
  add_rm_command(app, invocation);
  add_trash_command(app, invocation);
  add_plugins_command(app, invocation);
  add_config_command(app, invocation);
  add_db_command(app, invocation);
  add_version_command(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help and --version
    app.exit(success, std::cout, std::cerr);
    return std::cout.flush() ? ExitCode::ok : ExitCode::failed;
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, options);
  }
  if (!invocation.command) {
    std::cerr << app.help();
    return ExitCode::usage;
  }
  return run_command(options, invocation);
}

}  // namespace

int run(int argc, const char* const* argv) {
  // A reader that closes the pipe (head, less) shows as a failed write, which ends the command quietly.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return to_int(parse_and_run(argc, argv));
  } catch (const std::exception& error) {
    Messages(false).error(fmt::format("unexpected failure: {}; please report this", error.what()));
  } catch (...) {
    Messages(false).error("unexpected failure; please report this");
  }
  return to_int(ExitCode::failed);
}

}  // namespace tcm::cli
