// SPDX-License-Identifier: Apache-2.0
#include "core/backend/terms/words.hpp"

#include <algorithm>

#include <tcm/plugin/plugin.h>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::backend {
namespace {

// Not <cctype>: that one follows the locale.
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_word(char c) { return is_lower(c) || util::is_digit(c); }
constexpr bool is_name(char c) { return is_word(c) || c == '_'; }

bool has_length(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most;
}

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

/// "1" but not "", "01" or "1a".
bool is_version_number(std::string_view text) {
  return has_length(text, 1, 10) && all(text, util::is_digit) && (text.size() == 1 || text.front() != '0');
}

bool are_identifiers(std::string_view text) {
  const auto parts = util::split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && all(part, [](char c) { return is_word(c) || is_upper(c) || c == '-'; });
  });
}

}  // namespace

bool is_plugin_id(std::string_view text) {
  if (!has_length(text, 1, 255)) return false;
  bool after_word = false;
  for (const char c : text) {
    const bool separator = c == '.' || c == '_' || c == '-';
    if (separator ? !after_word : !is_word(c)) return false;
    after_word = !separator;
  }
  return after_word;
}

bool is_semver(std::string_view text) {
  if (!has_length(text, 1, 255)) return false;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    if (!are_identifiers(text.substr(plus + 1))) return false;
    text = text.substr(0, plus);
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    if (!are_identifiers(text.substr(dash + 1))) return false;
    text = text.substr(0, dash);
  }
  const auto numbers = util::split(text, '.');
  return numbers.size() == 3 && std::all_of(numbers.begin(), numbers.end(), is_version_number);
}

bool is_target_name(std::string_view text) {
  return has_length(text, 1, 32) && is_lower(text.front()) && all(text, is_name);
}

bool is_target_alias(std::string_view text) {
  const auto inside = [](char c) { return is_name(c) || is_upper(c) || c == '.' || c == '-'; };
  return has_length(text, 1, 32) && (is_word(text.front()) || is_upper(text.front())) && all(text, inside);
}

bool is_extension(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c < 0x7f && c != '/'; };
  return has_length(text, 2, 31) && text.front() == '.' && all(text, printable);
}

bool is_label(std::string_view text) { return has_length(text, 1, 16) && all(text, is_name); }

bool is_attribute_key(std::string_view text) {
  return has_length(text, 1, 64) && is_lower(text.front()) && all(text, [](char c) { return is_name(c) || c == '.'; });
}

bool is_field_name(std::string_view text) { return has_length(text, 1, 255) && util::is_valid_utf8(text); }

bool is_canonical_arch(std::string_view text) {
  if (!has_length(text, 1, TCM_TEXT_CAPACITY)) return false;
  return all(text, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; }) &&
         util::escape_control(text) == text;  // finds what is no UTF-8, and controls beyond ASCII
}

}  // namespace tcm::backend
