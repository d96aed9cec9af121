// SPDX-License-Identifier: Apache-2.0
// What the commands that change a cache share: their options, and the way from a request over the plan and the
// question to the report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/run/context.hpp"
#include "cli/run/open_index.hpp"
#include "cli/run/options.hpp"
#include "core/service/change/execute.hpp"
#include "core/service/plan/request.hpp"

namespace CLI {
class App;
}

namespace tcm::cli {

struct ChangeOptions {
  bool dry_run = false;
  bool yes = false;
  bool keep_paths = false;
  OutputOptions output;
};

/// Those of a command that removes files of entries, and rewrites their groups.
void add_change_options(CLI::App& command, service::ChangeWords& words, ChangeOptions& options);

/// Those of a command that removes whole entries, or mends them.
void add_removal_options(CLI::App& command, service::ChangeWords& words, ChangeOptions& options);

/// Those of a command that removes nothing.
void add_rewrite_options(CLI::App& command, std::optional<std::string>& grace, ChangeOptions& options);

/// Lets the index of the settings follow where only one in memory did, or where the disk was too full for it to follow.
void follow_in_index(ChangeableIndex& held, service::ExecuteReport& report, Context& context);

/// Plans, shows, asks, executes, reports; reports the error when the words made no request.
ExitCode run_change(const Result<service::PruneRequest>& request, const ChangeOptions& options, std::int64_t now_ns,
                    Context& context);

}  // namespace tcm::cli
