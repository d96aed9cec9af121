// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/verify.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/findings.hpp"
#include "core/service/scan/known_dirs.hpp"
#include "core/service/verify/words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct VerifyOptions {
  service::FilterWords filters;
  std::string level = "normal";
  std::string triton;
  std::string seen_at;
  bool trust = false;
  bool quick = false;
  bool deep = false;
  bool repair = false;
  ChangeOptions change;
  OutputOptions output;
};

/// The index, where there is one: copies are told by the roots that it knows. It is asked only, and no fault of it
/// keeps from checking what needs none.
Result<std::optional<index::Index>> index_to_ask(const Context& context, bool needed) {
  if (needed) {
    TCM_ASSIGN(index::Index index, open_to_read(context));
    return index;
  }
  auto index = context.open_index(index::OpenMode::read);
  if (index) return std::move(*index);
  if (index.error().code != ErrorCode::missing) context.messages().warning(index.error().message);
  return std::nullopt;
}

/// The directories that were named for this run, or else all that tcm knows of.
Result<std::vector<std::string>> chosen_dirs(const Context& context, const VerifyOptions& options,
                                             index::Index* index) {
  const auto& dirs = context.settings().cache_dirs;
  if (!options.filters.cache_dirs.empty()) return options.filters.cache_dirs;
  const bool by_shape = !model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
  // A layout, or a path to be seen at, is of one directory.
  if (index == nullptr || !by_shape || !options.seen_at.empty()) return dirs.value;
  return service::with_known_dirs(dirs.value, dirs.origin.source == config::Source::default_value, *index);
}

std::optional<std::string> given(const std::string& word) { return word.empty() ? std::nullopt : std::optional(word); }

std::string level_of(const VerifyOptions& options) {
  if (options.quick) return "quick";
  return options.deep ? "deep" : options.level;
}

/// The same checks, and what mends what they find.
ExitCode run_repair(const VerifyOptions& options, Context& context) {
  if (!options.seen_at.empty() || options.trust)
    return context.report(
        {ErrorCode::usage,
         "--repair mends what is wrong here; it cannot be combined with --as-seen-at (see tcm relocate --to) "
         "and --trust"});
  service::RepairWords words;
  words.filters = options.filters;
  words.level = level_of(options);
  words.triton = given(options.triton);
  ChangeOptions change = options.change;
  change.output = options.output;
  return run_change(service::repair_request(words, context.settings()), change, context.now_ns(), context);
}

Result<service::VerifyRequest> request_of(const VerifyOptions& options, const Context& context) {
  service::VerifyRequest request;
  request.filters = options.filters;
  request.filters.cache_dirs.clear();
  TCM_ASSIGN(request.level, service::parse_level(level_of(options)));
  TCM_ASSIGN(request.release, service::parse_triton(given(options.triton)));
  if (!options.seen_at.empty()) {
    TCM_ASSIGN(request.seen_at, service::parse_place("--as-seen-at", options.seen_at));
  }
  request.trust = options.trust;
  const auto& ignore = context.settings().verify_ignore;
  TCM_ASSIGN(request.ignored,
             service::parse_findings(fmt::format("verify.ignore ({})", to_string(ignore.origin)), {ignore.value}));
  request.grace_ns = context.settings().prune.grace_ns.value;
  request.jobs = context.settings().jobs.value;
  request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
  return request;
}

ExitCode run_verify(const VerifyOptions& options, Context& context) {
  if (options.repair) return run_repair(options, context);
  auto request = request_of(options, context);
  if (!request) return context.report(request.error());
  auto index = index_to_ask(context, service::needs_index(*request));
  if (!index) return context.report(index.error());
  index::Index* const asked = *index ? &**index : nullptr;
  auto dirs = chosen_dirs(context, options, asked);
  if (!dirs) return context.report(dirs.error());
  request->cache_dirs = std::move(*dirs);

  service::VerifyProgress progress;
  const auto run = [&] {
    const InterruptGuard interrupts(progress.stop, asked);
    const ProgressWatch watch(context, "Checking", [&progress](Progress& line) {
      line.set(progress.entries.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
    });
    return service::verify_caches(*request, asked, context.backends(), progress);
  };
  auto report = run();
  if (!report) return context.report(report.error());

  const std::vector<std::string> cures = cures_of(*request, options.filters.cache_dirs, *report);
  const Format format = format_of(options.output);
  const Result<void> shown = is_machine_format(format) ? write_findings(context, *request, *report, cures, format)
                                                       : print_findings(context, *report, cures);
  if (!shown) return context.report(shown.error());
  context.out().flush();
  for (const Error& error : report->unread) context.messages().error(error);
  if (report->findings.count(cache::Severity::error) > 0) return finish_output(context, ExitCode::damaged);
  return finish_output(context, report->unread.empty() ? ExitCode::ok : ExitCode::partial);
}

void add_how(CLI::App& command, VerifyOptions& options) {
  CLI::Option* const level = command
                                 .add_option("--level", options.level,
                                             "quick: groups and metadata; normal: binaries, texts, helper modules, "
                                             "stored tunings and keys, too; deep: "
                                             "digests, too, which `tcm index --digests` records [normal]")
                                 ->type_name("LEVEL");
  const auto levels = service::verify_levels();
  must_be_one_of(*level, {levels.begin(), levels.end()});
  command.add_flag("--quick", options.quick, "The same as --level quick")->excludes("--level");
  command.add_flag("--deep", options.deep, "The same as --level deep")->excludes("--level", "--quick");
  CLI::Option* const triton =
      command
          .add_option("--triton", options.triton, "What this release does with it [each kernel's own, else the newest]")
          ->type_name("RELEASE");
  must_not_be_empty(*triton, "a release, such as 3.6");
  CLI::Option* const seen_at =
      command
          .add_option("--as-seen-at", options.seen_at,
                      "What processes do that see the cache directory at PATH, such as those of a container")
          ->type_name("PATH");
  must_not_be_empty(*seen_at, "a path that begins with a slash");
  command.add_flag("--trust", options.trust,
                   "Who else could change what is run: owners, modes and links of files and of the directories above");
}

}  // namespace

void add_verify_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand("verify", "Tell on which entries Triton hits, misses or fails");
  add_how(*command, *options);
  command->add_flag("--repair", options->repair, "Mend what is found, as tcm repair does");
  command->add_flag("-y,--yes", options->change.yes, "With --repair: do not ask")->needs("--repair");
  command->add_flag("--dry-run", options->change.dry_run, "With --repair: show the plan and stop")->needs("--repair");
  add_filter_options(*command, options->filters);
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  end_help(
      *command,
      "Examples:\n"
      "  tcm verify                            what is wrong with the caches\n"
      "  tcm verify --repair --quick -y        before a job starts: what would fail it is mended\n"
      "  tcm verify --as-seen-at /models/cache --cache-dir ./cache\n"
      "  tcm verify --triton 3.8               what another release would do\n"
      "  tcm verify --trust -o json            for a script",
      {ExitCode::partial, ExitCode::damaged, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_verify(*options, context); };
  });
}

}  // namespace tcm::cli
