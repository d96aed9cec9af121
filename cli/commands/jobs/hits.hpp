// SPDX-License-Identifier: Apache-2.0
// What the commands below `hits` share.
#pragma once

#include <string>

#include "cli/run/context.hpp"

namespace tcm::cli {

/// Where jobs log unless an option says otherwise.
std::string hit_log_directory(const config::Settings& settings);

void add_hits_setup_command(CLI::App& hits, Invocation& invocation);

}  // namespace tcm::cli
