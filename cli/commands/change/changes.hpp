// SPDX-License-Identifier: Apache-2.0
// What the commands that change a cache share: their options, and the way from a request over the plan and the
// question to the report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/run/context.hpp"
#include "cli/run/options.hpp"
#include "core/service/plan/prune.hpp"

namespace CLI {
class App;
}

namespace tcm::cli {

struct ChangeOptions {
  bool dry_run = false;
  bool yes = false;
  bool trash = false;
  bool no_trash = false;
  bool keep_paths = false;
  std::optional<std::string> grace;
  OutputOptions output;
};

void add_change_options(CLI::App& command, ChangeOptions& options);

/// Grace, trash and where to look, from the options and the settings.
Result<void> fill_request(const ChangeOptions& options, const Context& context, service::PruneRequest& request);

/// Plans, shows, asks, executes, reports.
ExitCode run_change(const service::PruneRequest& request, const ChangeOptions& options, std::int64_t now_ns,
                    Context& context);

/// What configured cache directories a command works on when it names none: those that somebody set on purpose.
std::vector<std::string> chosen_cache_dirs(const Context& context);

}  // namespace tcm::cli
