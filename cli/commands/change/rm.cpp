// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/change/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/run/help.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct RmOptions {
  service::RemovalWords words;
  ChangeOptions change;
};

/// "-" stands for what is on stdin, one a line: a key is a file name and may hold blanks.
std::vector<std::string> all_keys(const std::vector<std::string>& words) {
  std::vector<std::string> keys;
  for (const std::string& word : words) {
    if (word != "-") {
      keys.push_back(word);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);)
      if (!line.empty()) keys.push_back(line);
  }
  return keys;
}

ExitCode run_rm(const RmOptions& options, Context& context) {
  service::RemovalWords words = options.words;
  words.keys = all_keys(words.keys);
  return run_change(service::removal_request(words, context.settings()), options.change, util::now_ns(), context);
}

}  // namespace

void add_rm_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RmOptions>();
  CLI::App* command = app.add_subcommand("rm", "Remove single entries, by key or path");
  command
      ->add_option(
          "KEY", options->words.keys,
          "A key, an unambiguous beginning of one, or the path of an entry; - reads them from stdin, one a line")
      ->required();
  command->add_option("--cache-dir", options->words.cache_dirs, "Only in this cache directory or root")
      ->allow_extra_args(false)
      ->type_name("DIR");
  add_removal_options(*command, options->words.change, options->change);
  end_help(*command,
           "Examples:\n"
           "  tcm rm 4RYKE7YQ                             one entry\n"
           "  tcm rm ~/.triton/cache/4RYKE7YQ...          the one in this cache, if several hold the key\n"
           "  tcm list --name old_kernel -q | tcm rm - -y exactly what was listed\n"
           "  tcm rm --trash 4RYKE7YQ                     undo: tcm trash restore last",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_rm(*options, context); };
  });
}

}  // namespace tcm::cli
