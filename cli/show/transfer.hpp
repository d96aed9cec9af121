// SPDX-License-Identifier: Apache-2.0
// What became of the entries that were carried, as people and programs read it.
#pragma once

#include <string>

#include "cli/output/formats.hpp"
#include "cli/run/context.hpp"
#include "core/service/transfer/report.hpp"

namespace tcm::cli {

/// On standard output; `as_notes`: on standard error, where the other is the archive's.
void print_export(Context& context, const service::ExportReport& report, const std::string& to, bool dry_run,
                  bool as_notes);
void write_export(Context& context, const service::ExportReport& report, const std::string& to, bool dry_run);

/// `added` is what the entries became: "Imported", "Exported".
void print_import(Context& context, const service::IntakeReport& report, std::string_view added, bool dry_run);
void write_import(Context& context, const service::IntakeReport& report, bool dry_run);

}  // namespace tcm::cli
