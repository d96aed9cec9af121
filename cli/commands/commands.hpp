// SPDX-License-Identifier: Apache-2.0
// Every command adds itself to the program: its options, its help, and what runs when it is chosen.
#pragma once

#include "cli/run/context.hpp"

namespace tcm::cli {

void add_index_command(CLI::App& app, Invocation& invocation, GlobalOptions& globals);
void add_list_command(CLI::App& app, Invocation& invocation);
void add_show_command(CLI::App& app, Invocation& invocation);
void add_diff_command(CLI::App& app, Invocation& invocation);
void add_stats_command(CLI::App& app, Invocation& invocation);
void add_du_command(CLI::App& app, Invocation& invocation, GlobalOptions& globals);
void add_doctor_command(CLI::App& app, Invocation& invocation);
void add_verify_command(CLI::App& app, Invocation& invocation);
void add_export_command(CLI::App& app, Invocation& invocation);
void add_import_command(CLI::App& app, Invocation& invocation);
void add_inspect_command(CLI::App& app, Invocation& invocation);
void add_prune_command(CLI::App& app, Invocation& invocation);
void add_relocate_command(CLI::App& app, Invocation& invocation);
void add_repair_command(CLI::App& app, Invocation& invocation);
void add_rm_command(CLI::App& app, Invocation& invocation);
void add_trash_command(CLI::App& app, Invocation& invocation);
void add_plugins_command(CLI::App& app, Invocation& invocation);
void add_config_command(CLI::App& app, Invocation& invocation);
void add_db_command(CLI::App& app, Invocation& invocation);
/// Below `db`.
void add_import_legacy_command(CLI::App& db, Invocation& invocation);
void add_gc_command(CLI::App& app, Invocation& invocation);
void add_watch_command(CLI::App& app, Invocation& invocation);
void add_run_command(CLI::App& app, Invocation& invocation);
void add_hits_command(CLI::App& app, Invocation& invocation);
void add_version_command(CLI::App& app, Invocation& invocation);
/// What `tcm version` does, for --version.
void choose_version(bool as_json, Invocation& invocation);

/// The format that the options ask for; the check of the value was the parser's.
Format format_of(const OutputOptions& options);

/// Says that nothing matches, and which of the filters' words the index does not hold.
void explain_nothing(Context& context, const service::FilterWords& filters, index::Index& index);

/// Ends a command that printed data: tells when not everything could be written. A reader that left early, such as
/// head, is no failure.
ExitCode finish_output(Context& context, ExitCode code);

}  // namespace tcm::cli
