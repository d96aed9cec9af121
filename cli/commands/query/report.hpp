// SPDX-License-Identifier: Apache-2.0
// `tcm report`.
#pragma once

#include "cli/run/context.hpp"

namespace tcm::cli {

void add_report_command(CLI::App& app, Invocation& invocation);

}  // namespace tcm::cli
