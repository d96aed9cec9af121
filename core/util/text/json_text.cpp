// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::util {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// A character as JSON escapes it: UTF-16, so two escapes above U+FFFF (RFC 8259, section 7).
void append_escape(std::string& to, char32_t c) {
  const auto unit = [&to](char32_t value) {
    fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<std::uint32_t>(value));
  };
  if (c < 0x10000) return unit(c);
  unit(0xD800 + ((c - 0x10000) >> 10));
  unit(0xDC00 + ((c - 0x10000) & 0x3FF));
}

bool append_short_escape(std::string& to, char32_t c) {
  constexpr std::u32string_view kNamed = U"\b\f\n\r\t";
  const std::size_t named = kNamed.find(c);
  if (named == std::u32string_view::npos) return false;
  to += '\\';
  to += std::string_view("bfnrt")[named];
  return true;
}

bool needs_escape(char32_t c, JsonEscapes escapes) {
  switch (escapes) {
    case JsonEscapes::needed: break;
    case JsonEscapes::unprintable: return is_unsafe_to_print(c);
    case JsonEscapes::non_ascii: return c < 0x20 || c >= 0x7F;
  }
  return c < 0x20;
}

std::optional<char32_t> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  if (error != std::errc() || end != text.data() + at + 6) return std::nullopt;
  return unit;
}

/// Appends what the escape at `at` means, and moves `at` behind it.
bool append_meaning(std::string& to, std::string_view text, std::size_t& at) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at + 1 >= text.size()) return false;
  if (const std::size_t which = kLetters.find(text[at + 1]); which != std::string_view::npos) {
    to += kMeanings[which];
    at += 2;
    return true;
  }
  auto c = unit_at(text, at);
  if (!c) return false;
  at += 6;
  if (*c >= 0xDC00 && *c < 0xE000) return false;
  if (*c >= 0xD800 && *c < 0xDC00) {
    const auto low = unit_at(text, at);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
    c = 0x10000 + ((*c - 0xD800) << 10) + (*low - 0xDC00);
    at += 6;
  }
  append_utf8(to, *c);
  return true;
}

/// How much at the front is never escaped, which is nearly always all of it.
std::size_t plain_length(std::string_view text) {
  const auto first =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
  return static_cast<std::size_t>(first - text.begin());
}

}  // namespace

void append_json_text(std::string& to, std::string_view text, JsonEscapes escapes) {
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    to += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const Utf8Char c = decode_utf8(text);
    const std::string_view bytes = text.substr(0, c.length);
    text.remove_prefix(c.length);
    if (!c.valid) {
      if (escapes == JsonEscapes::needed)
        to += bytes;
      else if (escapes == JsonEscapes::unprintable)
        append_utf8(to, kReplacement);
      else
        append_escape(to, kReplacement);
    } else if (c.code_point == U'"' || c.code_point == U'\\') {
      (to += '\\') += bytes;
    } else if (!needs_escape(c.code_point, escapes)) {
      to += bytes;
    } else if (escapes != JsonEscapes::unprintable || !append_short_escape(to, c.code_point)) {
      append_escape(to, c.code_point);
    }
  }
}

void append_json_string(std::string& to, std::string_view text, JsonEscapes escapes) {
  to += '"';
  append_json_text(to, text, escapes);
  to += '"';
}

std::optional<std::string> decode_json_string(std::string_view text) {
  std::string decoded;
  if (text.size() < 2) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\')
      decoded += text[at++];
    else if (!append_meaning(decoded, text, at))
      return std::nullopt;
  }
  return decoded;
}

}  // namespace tcm::util
