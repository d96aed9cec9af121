// SPDX-License-Identifier: Apache-2.0
// The manual page of the program, of a command, or of the settings.
#pragma once

#include <string>
#include <vector>

#include "cli/guide/roff.hpp"

namespace CLI {
class App;
}

namespace tcm::cli {

/// The named commands directly below the program or a command; they belong to `app`.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

std::string program_page(const CLI::App& program, const PageTitle& title);
/// With the commands below it, such as `tcm config set`, on the same page.
std::string command_page(const CLI::App& command, const PageTitle& title);
std::string settings_page(const PageTitle& title);

}  // namespace tcm::cli
