// SPDX-License-Identifier: Apache-2.0
// What gc and watch share: what they say of a run, and the units of systemd that call them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/run/context.hpp"
#include "core/service/upkeep/gc.hpp"
#include "core/service/upkeep/metrics.hpp"

namespace tcm::cli {

/// One line a root in which something happened, on stdout; what is wrong, and with -v what was kept, on stderr.
void tell(Context& context, const service::GcResult& result, std::int64_t began_ns);

/// The line that says that no limit is set, and how to set one.
void tell_no_policy(Context& context);

/// Of a run of gc: 0 within the limits, 3 when one is not met or something failed.
ExitCode exit_code_of(const service::GcResult& result);

/// Puts the figures into the file, when one is named. A failure is told.
bool keep_metrics(Context& context, const std::string& file, const service::Figures& figures);

/// The units, each with the place where it is put. `scope`: "system" or "user".
ExitCode print_units(Context& context, const std::string& scope);

}  // namespace tcm::cli
