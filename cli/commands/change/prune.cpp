// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "core/service/plan/prune_check.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

/// What the command line said, in its own words.
struct PruneOptions {
  service::FilterWords filters;
  std::vector<std::string> drop;
  bool full = false;
  std::string deduplicate;
  CLI::Option* deduplicate_option = nullptr;
  bool leftovers = false;
  bool all = false;
  std::optional<std::string> unused_for;
  std::optional<std::string> max_size;
  std::optional<std::string> max_files;
  std::optional<std::string> min_free;
  std::optional<std::string> low_water;
  std::optional<std::string> keep_newest;
  std::vector<std::string> group_by;
  ChangeOptions change;

  bool names_a_policy() const {
    return unused_for || max_size || max_files || min_free || keep_newest || low_water || !group_by.empty();
  }
};

Result<void> read_mode(const PruneOptions& options, service::PruneRequest& request) {
  const bool deduplicate = options.deduplicate_option->count() > 0;
  const int modes = (options.full ? 1 : 0) + (deduplicate ? 1 : 0) + (options.leftovers ? 1 : 0);
  if (modes > 1)
    return fail(ErrorCode::usage, "--full, --deduplicate and --leftovers exclude each other; give one of them");
  if (modes == 1 && !options.drop.empty())
    return fail(ErrorCode::usage,
                "--drop says which artifacts go and the kernel stays; it does not go with --full, --deduplicate or "
                "--leftovers");
  if (options.full) request.mode = service::PruneMode::full;
  if (options.leftovers) request.mode = service::PruneMode::leftovers;
  if (deduplicate) {
    request.mode = options.deduplicate == "hardlink" ? service::PruneMode::share : service::PruneMode::duplicates;
    request.same_binary = options.deduplicate != "metadata";
  }
  if (options.all && !options.full)
    return fail(ErrorCode::usage, "--all belongs to --full: the other ways to prune mean every kernel anyway");
  if (options.drop.empty()) return {};
  TCM_ASSIGN(request.drop, service::parse_drop(options.drop));
  return {};
}

// Switches off what a setting says, in the word that the settings have for it.
constexpr std::string_view kNone = "none";

Result<std::optional<std::uint64_t>> whole_number(std::string_view option, const std::optional<std::string>& word) {
  if (!word || *word == kNone) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const char* const end = word->data() + word->size();
  const auto parsed = std::from_chars(word->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return fail(ErrorCode::usage, fmt::format("{}: '{}' is not a whole number", option, util::escape_control(*word)));
  return std::optional(number);
}

Result<void> read_policy(const PruneOptions& options, std::int64_t now_ns, service::PruneRequest& request) {
  service::Budget& budget = request.budget;
  if (options.unused_for && *options.unused_for != kNone) {
    auto bound = util::parse_time_bound(*options.unused_for, now_ns);
    if (!bound) return fail(ErrorCode::usage, "--unused-for: " + bound.error().message);
    request.unused_since_ns = *bound;
  }
  const auto size = [](const char* option, const std::optional<std::string>& word,
                       std::optional<std::uint64_t>& value) -> Result<void> {
    if (!word || *word == kNone) return {};
    auto bytes = util::parse_bytes(*word);
    if (!bytes) return fail(ErrorCode::usage, fmt::format("{}: {}", option, bytes.error().message));
    value = *bytes;
    return {};
  };
  TCM_TRY(size("--max-size", options.max_size, budget.max_bytes));
  TCM_TRY(size("--min-free", options.min_free, budget.min_free));
  TCM_ASSIGN(budget.max_files, whole_number("--max-files", options.max_files));
  if (options.low_water) {
    TCM_ASSIGN(budget.low_water, service::parse_low_water(*options.low_water));
  }
  TCM_ASSIGN(request.keep_newest, whole_number("--keep-newest", options.keep_newest));
  for (const std::string& list : options.group_by)
    for (const std::string_view word : util::split(list, ',')) request.group_by.emplace_back(util::trim(word));
  if (!request.group_by.empty() && !request.keep_newest)
    return fail(ErrorCode::usage, "--group-by says of what --keep-newest keeps the newest; give that, too");
  return {};
}

/// What the settings say counts when the command line chooses nothing by itself.
void apply_configured_policy(const config::PruneSettings& settings, std::int64_t now_ns,
                             service::PruneRequest& request) {
  service::Budget& budget = request.budget;
  budget.max_bytes = settings.max_size.value;
  budget.max_files = settings.max_files.value;
  budget.min_free = settings.min_free.value;
  if (!budget.any()) request.keep_newest = settings.keep_newest.value;
  if (settings.unused_for_ns.value) request.unused_since_ns = now_ns - *settings.unused_for_ns.value;
}

Result<service::PruneRequest> request_of(const PruneOptions& options, const Context& context, std::int64_t now_ns) {
  service::PruneRequest request;
  request.filters = options.filters;
  request.all = options.all;
  TCM_TRY(read_mode(options, request));
  TCM_TRY(read_policy(options, now_ns, request));
  const bool chooses = request.mode == service::PruneMode::drop || request.mode == service::PruneMode::full;
  if (chooses && !options.all && !options.names_a_policy() && !service::narrows(options.filters))
    apply_configured_policy(context.settings().prune, now_ns, request);
  if (!options.low_water && (request.budget.max_bytes || request.budget.max_files))
    request.budget.low_water = context.settings().prune.low_water.value;
  if (request.keep_newest && request.group_by.empty()) request.group_by = {"name", "backend", "arch"};
  TCM_TRY(fill_request(options.change, context, request));
  return request;
}

ExitCode run_prune(const PruneOptions& options, Context& context) {
  const std::int64_t now = util::now_ns();
  auto request = request_of(options, context, now);
  if (!request) return context.report(request.error());
  return run_change(*request, options.change, now, context);
}

void add_what(CLI::App& command, PruneOptions& options) {
  const std::string group = "What goes (by default the IR, and the sources with it)";
  command
      .add_option("--drop", options.drop, "Kinds of artifacts: ir (with source), source, assembly; several with commas")
      ->allow_extra_args(false)
      ->type_name("KIND")
      ->group(group);
  command.add_flag("--full", options.full, "The whole entry: the kernel compiles again when it is used")->group(group);
  options.deduplicate_option =
      command
          .add_option(
              "--deduplicate", options.deduplicate,
              "All but the newest of equal kernels of a root: content (metadata and binary are equal), metadata "
              "(the original's looser rule); or hardlink: all stay and share their equal files")
          ->expected(0, 1)
          ->default_str("content")
          ->check(CLI::IsMember({"content", "metadata", "hardlink"}))
          ->type_name("HOW")
          ->group(group);
  command
      .add_flag("--leftovers", options.leftovers,
                "Temporaries of dead writers, empty and partial entries, nothing else")
      ->group(group);
}

void add_which(CLI::App& command, PruneOptions& options) {
  const std::string group = "Which kernels (with the filters below)";
  command.add_option("--unused-for", options.unused_for, "Last used so long ago: newest access or change of its files")
      ->type_name("AGE")
      ->group(group);
  command.add_option("--max-size", options.max_size, "The least recently used, until the roots take no more than that")
      ->type_name("SIZE")
      ->group(group);
  command.add_option("--max-files", options.max_files, "… until they hold no more files")->type_name("N")->group(group);
  command.add_option("--min-free", options.min_free, "… until their file systems have so much free")
      ->type_name("SIZE")
      ->group(group);
  command.add_option("--low-water", options.low_water, "Once over --max-size or --max-files, go down to so much of it")
      ->type_name("PERCENT")
      ->group(group);
  command.add_option("--keep-newest", options.keep_newest, "All but the newest N of each group")
      ->type_name("N")
      ->group(group);
  command
      .add_option("--group-by", options.group_by,
                  "What makes a group: name, backend, arch, version, root; several with commas [name,backend,arch]")
      ->allow_extra_args(false)
      ->type_name("KEY")
      ->group(group);
  command.add_flag("--all", options.all, "With --full: yes, all of them")->group(group);
}

}  // namespace

void add_prune_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<PruneOptions>();
  CLI::App* command = app.add_subcommand("prune", "Free space without costing a running job or a later cache hit");
  add_what(*command, *options);
  add_which(*command, *options);
  add_change_options(*command, options->change);
  add_filter_options(*command, options->filters);
  command->footer(
      "Examples:\n"
      "  tcm prune --dry-run                         what dropping the IR of all kernels would free\n"
      "  tcm prune --older-than 30d                  drop the IR of old kernels; they still hit\n"
      "  tcm prune --full --unused-for 90d           remove kernels that nobody used for so long\n"
      "  tcm prune --full --max-size 10G --low-water 90%\n"
      "  tcm prune --leftovers -y                    what dead jobs left\n"
      "  tcm prune --deduplicate=hardlink            one file for equal artifacts of all devices");
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_prune(*options, context); };
  });
}

}  // namespace tcm::cli
