// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct PruneOptions {
  service::PruneWords words;
  std::string deduplicate;  // its own member: the parser cannot tell an option without a value from none
  CLI::Option* deduplicate_option = nullptr;
  ChangeOptions change;
};

ExitCode run_prune(const PruneOptions& options, Context& context) {
  const std::int64_t now = util::now_ns();
  service::PruneWords words = options.words;
  if (options.deduplicate_option->count() > 0)
    words.deduplicate = options.deduplicate.empty() ? "hardlink" : options.deduplicate;
  return run_change(service::prune_request(words, context.settings(), now), options.change, now, context);
}

void add_what(CLI::App& command, PruneOptions& options) {
  service::PruneWords& words = options.words;
  const std::string group = "What to remove (by default the IR and the sources)";
  CLI::Option* const drop =
      command
          .add_option("--drop", words.drop,
                      "Kinds of artifacts: ir (with source), source, assembly; several with commas")
          ->allow_extra_args(false)
          ->type_name("KIND")
          ->group(group);
  offer_list_of(*drop, {"ir", "source", "assembly"});
  command.add_flag("--full", words.full, "The whole entry: the kernel is recompiled on next use")->group(group);
  options.deduplicate_option =
      command
          .add_option(
              "--deduplicate", options.deduplicate,
              "hardlink: keep all kernels and make equal files one; content (equal metadata and binary) or metadata "
              "(the original's looser rule): keep only the newest of equal kernels in a root, the others are "
              "recompiled if their key is needed [hardlink]")
          ->expected(0, 1)
          ->default_str("hardlink")
          ->type_name("HOW")
          ->group(group);
  must_be_one_of(*options.deduplicate_option, {"content", "metadata", "hardlink"});
  command.add_flag("--leftovers", words.leftovers, "Only temporaries of dead writers and empty or partial entries")
      ->group(group);
}

void add_which(CLI::App& command, service::PruneWords& words) {
  const std::string group = "Limits (each is enforced by itself, on what matches the filters below)";
  command
      .add_option("--unused-for", words.unused_for,
                  "Not used for AGE or longer, by the newest access or change of its binary")
      ->type_name("AGE")
      ->group(group);
  command
      .add_option("--max-size", words.max_size, "The least recently used, until the roots take up at most this much")
      ->type_name("SIZE")
      ->group(group);
  command.add_option("--max-files", words.max_files, "… until they hold no more files")->type_name("N")->group(group);
  command
      .add_option("--min-free", words.min_free, "… until their file systems have this much free, or 10% of their size")
      ->type_name("SIZE")
      ->group(group);
  command
      .add_option("--low-water", words.low_water,
                  "When --max-size or --max-files is exceeded, prune down to this percentage of it")
      ->type_name("PERCENT")
      ->group(group);
  command.add_option("--keep-newest", words.keep_newest, "All but the newest N of each group")
      ->type_name("N")
      ->group(group);
  CLI::Option* const group_by =
      command
          .add_option("--group-by", words.group_by,
                      "What makes a group: name, backend, arch, version, root; several with commas [name,backend,arch]")
          ->allow_extra_args(false)
          ->type_name("KEY")
          ->group(group);
  offer_list_of(*group_by, {"name", "backend", "arch", "version", "root"});
  command.add_flag("--all", words.all, "With --full and no filter: really remove everything")->group(group);
}

}  // namespace

void add_prune_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<PruneOptions>();
  CLI::App* command = app.add_subcommand("prune", "Free space without costing a running job or a later cache hit");
  add_what(*command, *options);
  add_which(*command, options->words);
  add_change_options(*command, options->words.change, options->change);
  add_filter_options(*command, options->words.filters);
  end_help(*command,
           "Examples:\n"
           "  tcm prune --dry-run                   what dropping all IR would free\n"
           "  tcm prune --older-than 30d            drop the IR of old kernels; they still hit\n"
           "  tcm prune --full --unused-for 90d     remove kernels not used for 90 days\n"
           "  tcm prune --full --max-size 10G --low-water 90%\n"
           "  tcm prune --leftovers -y              what dead jobs left\n"
           "  tcm prune --deduplicate=hardlink      one file for equal artifacts of all devices",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_prune(*options, context); };
  });
}

}  // namespace tcm::cli
