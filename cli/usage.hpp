// SPDX-License-Identifier: Apache-2.0
// What was wrong with the arguments, in words of tcm's own: the parser's are for programmers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace tcm::cli {

/// One line: what was wrong, what was probably meant, and which help explains it.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

/// The command that these words name ("config", "set"); the program itself for none. Null when there is none; then
/// `problem` says so.
const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words, std::string& problem);

/// The candidate that `word` probably stands for: one that it begins, else the nearest; never `word` itself. Dashes at
/// the front do not count.
std::optional<std::string> probably_meant(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tcm::cli
