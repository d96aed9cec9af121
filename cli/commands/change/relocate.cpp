// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/run/help.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct RelocateOptions {
  service::RelocationWords words;
  ChangeOptions change;
};

}  // namespace

void add_relocate_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RelocateOptions>();
  CLI::App* command = app.add_subcommand("relocate", "Let Triton hit in a cache that was moved, copied or is mounted");
  command
      ->add_option("--to", options->words.to,
                   "Where processes will see the cache directory, such as in a container [where it is]")
      ->type_name("PATH");
  add_filter_options(*command, options->words.filters);
  add_rewrite_options(*command, options->words.grace, options->change);
  end_help(*command,
           "Groups hold absolute paths: Triton misses every kernel of a cache that was\n"
           "moved, and reads the old files of one that was copied. No file is removed;\n"
           "damaged entries stay as they are, and are named.\n\n"
           "Examples:\n"
           "  tcm relocate                                what `tcm index` says names another directory\n"
           "  tcm relocate --cache-dir /data/cache -y     after mv or rsync to there\n"
           "  tcm relocate --to /root/.triton/cache -y    before the cache is mounted there",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) {
      return run_change(service::relocation_request(options->words, context.settings()), options->change,
                        util::now_ns(), context);
    };
  });
}

}  // namespace tcm::cli
