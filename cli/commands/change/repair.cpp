// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "core/service/verify/words.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct RepairOptions {
  service::RepairWords words;
  ChangeOptions change;
};

}  // namespace

void add_repair_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RepairOptions>();
  CLI::App* command = app.add_subcommand("repair", "Mend what Triton would fail on or miss");
  CLI::Option* const level =
      command->add_option("--level", options->words.level, "How thoroughly to check, as verify does [normal]")
          ->type_name("LEVEL");
  const auto levels = service::verify_levels();
  must_be_one_of(*level, {levels.begin(), levels.end()});
  command->add_option("--triton", options->words.triton, "What is wrong for this release [each kernel's own]")
      ->type_name("RELEASE");
  command->add_option("--only", options->words.only, "Only findings with these ids (see docs/verify.md)")
      ->allow_extra_args(false)
      ->type_name("ID,…");
  add_filter_options(*command, options->words.filters);
  add_removal_options(*command, options->words.change, options->change);
  end_help(*command,
           "Groups of a moved or copied cache are rewritten, names of lost files are\n"
           "dropped from them, and what cannot be mended is removed, into the trash\n"
           "unless --no-trash says otherwise. Nothing goes that Triton could use.\n\n"
           "Examples:\n"
           "  tcm repair                                  show what is wrong and what mends it, then ask\n"
           "  tcm repair --only paths-elsewhere -y        only groups that name another directory\n"
           "  tcm verify --repair --quick -y              one fast pass before a job starts",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) {
      return run_change(service::repair_request(options->words, context.settings()), options->change, util::now_ns(),
                        context);
    };
  });
}

}  // namespace tcm::cli
