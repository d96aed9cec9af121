// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

// The first lines of a file of assembly.
namespace tcm::plugin_common {

// Reads the lines that say something: no blank ones, no line comments. Stops after kHeadBytes, so that a file of any
// size costs the same.
class HeadLines {
 public:
  static constexpr size_t kHeadBytes = size_t{64} << 10;

  // `comment` starts a line comment: "//", ";".
  HeadLines(std::string_view text, std::string_view comment);
  // The next line, trimmed, without its comment. Nothing at the end of the head.
  std::optional<std::string_view> next();
  // Is there more text than the head? Then its end is not the file's.
  bool goes_on() const { return goes_on_; }

 private:
  std::string_view rest_;
  std::string_view comment_;
  bool goes_on_;
};

// What follows `directive` in `line`, trimmed; nothing when the line is another one.
std::optional<std::string_view> argument_of(std::string_view line, std::string_view directive);

}  // namespace tcm::plugin_common
