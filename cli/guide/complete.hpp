// SPDX-License-Identifier: Apache-2.0
// `tcm __complete SHELL WORDS…`: what the scripts of cli/guide/shell ask at every press of the key.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tcm::cli {

/// A line for each candidate: the whole word, and for shells that show it a tab and what it means. ":files",
/// ":directories" or ":commands" on a line of its own asks the shell for those. `arguments` are the shell's name and
/// the words after the program's up to the cursor. Nothing is written, and what goes wrong is an empty answer.
std::string completion(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace tcm::cli
