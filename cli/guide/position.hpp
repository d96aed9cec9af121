// SPDX-License-Identifier: Apache-2.0
// Where the cursor of a shell stands in a command line, in terms of the tree of commands. Nothing is parsed for real: a
// line that is being typed is usually wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tcm::cli {

/// All pointers are into the tree that was asked.
struct Position {
  const CLI::App* command = nullptr;        ///< the innermost command that the words before chose
  const CLI::Option* option = nullptr;      ///< whose value is being typed, or null
  const CLI::Option* positional = nullptr;  ///< whose place the word has; null where none is left
  std::vector<std::string> before;          ///< the values of positionals before
  std::vector<const CLI::Option*> given;    ///< options before, in order
  std::optional<std::string> database;      ///< the value of --db
  bool after_dashes = false;                ///< a "--" stands before: no option may follow
  std::string kept;                         ///< what of the word stays as it is: "--kind="
  std::string typed;                        ///< the rest: what a candidate must begin with
};

/// `words` are those after the program's name up to the cursor; the last is the one being typed, and may be empty.
Position position_of(const CLI::App& app, const std::vector<std::string>& words);

/// The command below `app` that a word names, under any of its names; null when there is none.
const CLI::App* inner_command(const CLI::App& app, const std::string& word);

/// The options that may stand where those of `command` may: its own and those of the commands above it.
std::vector<const CLI::Option*> options_at(const CLI::App& command);

/// Whether the next word is its value.
bool takes_value(const CLI::Option& option);

}  // namespace tcm::cli
