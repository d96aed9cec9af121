// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace tcm::util {
namespace {

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes that the first byte announces; 0 when none starts so.
constexpr std::size_t announced_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// How many bytes from `at` on are plain ASCII, eight at a time: most texts are nothing else.
std::size_t ascii_words(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const std::size_t begin = at;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  return at - begin;
}

}  // namespace

Utf8Char decode_utf8(std::string_view text) {
  if (text.empty()) return {};
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = announced_length(first);
  if (length == 1) return {first, 1, true};
  if (length == 0 || text.size() < length) return {0, 1, false};
  char32_t code_point = first & (0xFFU >> (length + 1));
  for (const char c : text.substr(1, length - 1)) {
    if (!is_continuation(c)) return {0, 1, false};
    code_point = (code_point << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {0, 1, false};
  return {code_point, length, true};
}

std::size_t valid_utf8_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_words(text, at);
    if (at == text.size()) break;
    const Utf8Char c = decode_utf8(text.substr(at));
    if (!c.valid) break;
    at += c.length;
  }
  return at;
}

bool is_valid_utf8(std::string_view text) { return valid_utf8_length(text) == text.size(); }

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

}  // namespace tcm::util
