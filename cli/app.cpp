// SPDX-License-Identifier: Apache-2.0
#include "cli/app.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/query/report.hpp"
#include "cli/guide/complete.hpp"
#include "cli/guide/man_pages.hpp"
#include "cli/log.hpp"
#include "cli/output/own_stdout.hpp"
#include "cli/pager.hpp"
#include "cli/run/context.hpp"
#include "cli/run/help.hpp"
#include "cli/run/version.hpp"
#include "cli/usage.hpp"
#include "core/config/variables.hpp"

namespace tcm::cli {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  tcm index                      read the cache that Triton uses here\n"
    "  tcm list --sort size           what takes up the space\n"
    "  tcm show NK47D24P              all about one kernel\n"
    "  tcm help config set            the help of a command";

/// Every code that a command may end with, from the one table.
constexpr auto kEveryCode = {ExitCode::partial, ExitCode::damaged,  ExitCode::needs_confirmation, ExitCode::missing,
                             ExitCode::busy,    ExitCode::compiled, ExitCode::interrupted};

/// What help is wrapped to.
std::size_t help_width() {
  constexpr std::size_t kWidthInPipe = 80;
  const std::size_t width = describe_terminal(STDOUT_FILENO, ColorMode::never).width;
  return width == kUnlimitedWidth ? kWidthInPipe : width;
}

/// A reader that has read enough is no failure.
ExitCode print_out(const std::string& text) {
  const Pager pager(stdout, describe_terminal(STDOUT_FILENO, ColorMode::never));
  const bool done = static_cast<bool>(std::cout << text << std::flush);
  return done || errno == EPIPE ? ExitCode::ok : ExitCode::failed;
}

/// The words after `tcm help`.
std::shared_ptr<std::vector<std::string>> add_help_command(CLI::App& app) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "Print the help of a command");
  command->add_option("COMMAND", *words, "A command, and one of its own: config set; the program when none is named");
  end_help(*command,
           "Examples:\n"
           "  tcm help list\n"
           "  tcm help config set");
  return words;
}

ExitCode print_help(const CLI::App& app, const std::vector<std::string>& words, const GlobalOptions& options) {
  std::string problem;
  const CLI::App* command = find_command(app, words, problem);
  if (command != nullptr) return print_out(help_text(*command));
  Messages(describe_terminal(STDERR_FILENO, early_color(options)).color).error(problem + " (see tcm --help)");
  return ExitCode::usage;
}

ExitCode report_usage(const CLI::App& app, const CLI::ParseError& error, const GlobalOptions& options) {
  const Messages messages(describe_terminal(STDERR_FILENO, early_color(options)).color);
  messages.error(usage_text(app, error));
  return ExitCode::usage;
}

/// Answers shells and the build, whose words are not commands of a user: the text to print, or nothing for any other
/// word.
std::optional<std::string> answer_tool(const CLI::App& app, const std::vector<std::string>& arguments) {
  const std::string& word = arguments.empty() ? std::string() : arguments.front();
  if (word == "__complete") {
    try {
      return completion(app, {arguments.begin() + 1, arguments.end()});
    } catch (const std::exception&) {  // in the middle of somebody's line nothing may be said
      return "";
    }
  }
  if (word != "__man") return std::nullopt;
  if (arguments.size() > 1) return man_page(app, arguments[1]).value_or("");
  std::string names;
  for (const std::string& page : man_pages(app)) names += page + '\n';
  return names;
}

/// Whether the command that was chosen only prints, and may print more than a screen.
bool is_paged(const CLI::App& app) {
  constexpr std::array kPaged = std::to_array<const char*>({"list", "show", "diff", "stats", "config"});
  return std::any_of(kPaged.begin(), kPaged.end(), [&app](const char* name) { return app.got_subcommand(name); });
}

ExitCode run_command(const CLI::App& app, const GlobalOptions& options, const Invocation& invocation) {
  auto settings = config::resolve(options.flags, config::process_environment(),
                                  invocation.reads_files ? config::standard_files() : config::Files{});
  std::optional<Error> broken;
  if (!settings && invocation.survives_broken_files) {
    broken = std::move(settings).error();
    settings = config::resolve(options.flags, config::process_environment());
  }
  if (!settings) {
    const Messages messages(describe_terminal(STDERR_FILENO, early_color(options)).color);
    const Error problem = settings.error();
    if (!invocation.needs_settings) settings = config::resolve(options.flags, [](const char*) { return std::nullopt; });
    if (!settings) {
      messages.error(problem);
      return exit_code_of(problem.code);
    }
    messages.warning(problem.message);
  }
  Context context(options, std::move(*settings), std::move(broken));
  for (const std::string& warning : context.settings().warnings) context.messages().warning(warning);
  for (const std::string& warning : config::unknown_variables(config::variables_of_process()))
    context.messages().warning(warning);
  if (const auto started = start_logging(context.settings()); !started) {
    if (invocation.needs_log) return context.report(started.error());
    context.messages().warning(started.error().message);
  }
  // Not what asks or shows progress.
  std::optional<Pager> pager;
  if (is_paged(app)) pager.emplace(own_stdout(), context.out_terminal());
  return invocation.command(context);
}

ExitCode parse_and_run(int argc, const char* const* argv) {
  CLI::App app{"Inspect and prune the caches of compiled GPU kernels that Triton leaves on disk.", "tcm"};
  GlobalOptions options;
  Invocation invocation;
  app.require_subcommand(0, 1);
  app.fallthrough();
  lay_out_help(app, help_width());
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("-V,--version", "tcm " + std::string(kVersion), "Print the version and exit");
  end_help(app, kExamples, kEveryCode);
  add_global_options(app, options);
  add_index_command(app, invocation, options);
  add_list_command(app, invocation);
  add_show_command(app, invocation);
  add_diff_command(app, invocation);
  add_stats_command(app, invocation);
  add_report_command(app, invocation);
  add_du_command(app, invocation, options);
  add_verify_command(app, invocation);
  add_prune_command(app, invocation);
  add_relocate_command(app, invocation);
  add_repair_command(app, invocation);
  add_rm_command(app, invocation);
  add_trash_command(app, invocation);
  add_gc_command(app, invocation);
  add_watch_command(app, invocation);
  add_export_command(app, invocation);
  add_import_command(app, invocation);
  add_inspect_command(app, invocation);
  add_run_command(app, invocation);
  add_hits_command(app, invocation);
  add_plugins_command(app, invocation);
  add_config_command(app, invocation);
  add_db_command(app, invocation);
  add_doctor_command(app, invocation);
  add_version_command(app, invocation);
  const auto help_words = add_help_command(app);
  if (const auto answer = answer_tool(app, {argv + std::min(argc, 1), argv + argc})) return print_out(*answer);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    choose_version(false, invocation);
    return run_command(app, options, invocation);
  } catch (const CLI::Success& success) {  // --help
    std::ostringstream text;
    app.exit(success, text, std::cerr);
    return print_out(text.str());
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, options);
  }
  if (app.got_subcommand("help")) return print_help(app, *help_words, options);
  if (!invocation.command) {
    std::cerr << app.help();
    return ExitCode::usage;
  }
  return run_command(app, options, invocation);
}

}  // namespace

int run(int argc, const char* const* argv) {
  // A reader that closes the pipe (head, less) shows as a failed write, which ends the output quietly.
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
