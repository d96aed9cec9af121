// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/glob.hpp"

#include <cctype>
#include <cstddef>
#include <optional>

namespace tcm::index {
namespace {

// An end with something behind it is nowhere.
constexpr std::string_view kNothing = "$x";

/// The character that begins `text`, taken off it.
std::string_view take_character(std::string_view& text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) ++length;
  const std::string_view character = text.substr(0, length);
  text.remove_prefix(length);
  return character;
}

void append_literal(std::string& out, std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  // Before a letter or digit a backslash would mean something else, before anything else it means the thing itself.
  if (first < 0x80 && std::isalnum(first) == 0 && first != '_' && first >= 0x20) out += '\\';
  out += character;
}

/// The set after '[', taken off `text`; null when nothing closes it.
std::optional<std::string> take_set(std::string_view& text) {
  const bool negated = !text.empty() && (text.front() == '!' || text.front() == '^');
  if (negated) text.remove_prefix(1);
  std::string members;
  for (bool first = true;; first = false) {
    if (text.empty()) return std::nullopt;
    // A ']' that comes first belongs to the set.
    if (text.front() == ']' && !first) break;
    const std::string_view low = take_character(text);
    if (text.size() < 2 || text[0] != '-' || text[1] == ']') {
      append_literal(members, low);
      continue;
    }
    text.remove_prefix(1);
    const std::string_view high = take_character(text);
    append_literal(members, low);
    // A range the wrong way round holds its first end alone, as in SQLite; PostgreSQL would refuse it.
    if (low > high) continue;
    members += '-';
    append_literal(members, high);
  }
  text.remove_prefix(1);
  return (negated ? "[^" : "[") + members + "]";
}

}  // namespace

std::string glob_to_regex(std::string_view pattern) {
  std::string regex = "^";
  while (!pattern.empty()) {
    const std::string_view character = take_character(pattern);
    if (character == "*") {
      if (!regex.ends_with(".*")) regex += ".*";
    } else if (character == "?") {
      regex += '.';
    } else if (character == "[") {
      const auto set = take_set(pattern);
      if (!set) return std::string(kNothing);
      regex += *set;
    } else {
      append_literal(regex, character);
    }
  }
  return regex + "$";
}

}  // namespace tcm::index
