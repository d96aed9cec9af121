// SPDX-License-Identifier: Apache-2.0
// How help looks: wrapped to the terminal, with examples and exit codes of each command's own.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/output/exit_codes.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tcm::cli {

/// Lays out the help of `app`, and of every command that is added to it from now on, for a terminal of `width` columns.
void lay_out_help(CLI::App& app, std::size_t width);

/// Ends the help of a command: `examples` stand as they are, one a line; `codes` are those that the command may end
/// with besides success, failure and wrong usage.
void end_help(CLI::App& command, std::string_view examples, std::initializer_list<ExitCode> codes = {});

/// "tcm config set": how a command is called.
std::string full_name(const CLI::App& command);

/// "tcm show [OPTIONS] KEY-OR-NAME"
std::string usage_line(const CLI::App& command);

/// "-n,--name NAME": an option as help shows it.
std::string option_spelling(const CLI::Option& option);

/// The help of this command, whatever the arguments chose.
std::string help_text(const CLI::App& command);

}  // namespace tcm::cli
