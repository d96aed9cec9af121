// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/json_strings.hpp"

#include <charconv>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

void append_utf8(std::string& to, char32_t c) {
  const auto tail = [&to, c](int shift) { to += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    to += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<char32_t> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  if (error != std::errc() || end != text.data() + at + 6) return std::nullopt;
  return unit;
}

// One escape at `at`, which is moved behind it.
bool append_escape(std::string& to, std::string_view text, std::size_t& at) {
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

}  // namespace

std::optional<std::string> decode_json_string(std::string_view text) {
  std::string decoded;
  if (text.size() < 2) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\')
      decoded += text[at++];
    else if (!append_escape(decoded, text, at))
      return std::nullopt;
  }
  return decoded;
}

bool append_ascii_json_string(std::string& to, std::string_view text) {
  const auto escape = [&to](char32_t unit) {
    fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<std::uint32_t>(unit));
  };
  to += '"';
  while (!text.empty()) {
    const util::Utf8Char c = util::decode_utf8(text);
    if (!c.valid) return false;
    const char32_t point = c.code_point;
    if (point == '"' || point == '\\') {
      to += '\\';
      to += static_cast<char>(point);
    } else if (point >= 0x20 && point < 0x7F) {
      to += static_cast<char>(point);
    } else if (point < 0x10000) {
      escape(point);
    } else {
      escape(0xD800 + ((point - 0x10000) >> 10));
      escape(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
    text.remove_prefix(c.length);
  }
  to += '"';
  return true;
}

}  // namespace tcm::cache
