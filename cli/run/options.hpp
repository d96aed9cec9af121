// SPDX-License-Identifier: Apache-2.0
// The options that commands share, and what every command gets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output/formats.hpp"
#include "cli/output/terminal.hpp"
#include "core/config/settings.hpp"
#include "core/service/query/filters.hpp"

namespace CLI {
class App;
}

namespace tcm::cli {

/// Accepted before and after the command.
struct GlobalOptions {
  config::Flags flags;
  bool quiet = false;  ///< no progress, no hints
};

/// How data is printed; of commands that print data.
struct OutputOptions {
  std::string format = "table";
  bool json = false;
  bool ids = false;
};

/// How to colour before the settings are known: as the flag says, if it says something.
ColorMode early_color(const GlobalOptions& options);

/// The help of an option that sets a key of the settings; see config::setting_keys.
std::string help_of(std::string_view key);

void add_global_options(CLI::App& app, GlobalOptions& options);
/// -o in every form and -q, for what lists records.
void add_output_options(CLI::App& command, OutputOptions& options);
/// -o in these forms, and --json; in this group of the help, or among the other options.
void add_output_option(CLI::App& command, OutputOptions& options, const std::vector<std::string>& formats,
                       const std::string& group = {});
void add_filter_options(CLI::App& command, service::FilterWords& words);
/// --host and --missing-on, of what only asks: whatever changes a cache is about this machine.
void add_host_options(CLI::App& command, service::FilterWords& words);

}  // namespace tcm::cli
