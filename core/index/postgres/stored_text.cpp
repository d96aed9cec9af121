// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/stored_text.hpp"

#include <cstddef>

namespace tcm::index {
namespace {

unsigned char at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool is_continuation(std::string_view text, std::size_t i) { return i < text.size() && (at(text, i) & 0xc0) == 0x80; }

/// Whether one of the characters that stand for bytes begins at `i`: F4 8F BE 80 to F4 8F BF BF.
bool stands_for_byte(std::string_view text, std::size_t i) {
  return text.size() - i >= 4 && at(text, i) == 0xf4 && at(text, i + 1) == 0x8f && at(text, i + 2) >= 0xbe &&
         at(text, i + 2) <= 0xbf && is_continuation(text, i + 3);
}

/// How many bytes the valid character at `i` has (Unicode, table 3-7); 0 when there is none.
std::size_t character_at(std::string_view text, std::size_t i) {
  const unsigned char first = at(text, i);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t more = 1; more < length; ++more)
    if (!is_continuation(text, i + more)) return 0;
  const unsigned char second = at(text, i + 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}

void append_byte(std::string& out, unsigned char byte) {
  out += "\xf4\x8f";
  out += static_cast<char>(0xbe + ((byte >> 6) & 1));
  out += static_cast<char>(0x80 + (byte & 0x3f));
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = stands_for_byte(bytes, i) ? 0 : character_at(bytes, i);
    if (length == 0)
      append_byte(out, at(bytes, i++));
    else
      out += bytes.substr(i, length);
    i += length;
  }
  return out;
}

std::string from_utf8(std::string_view text) {
  if (text.find("\xf4\x8f") == std::string_view::npos) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!stands_for_byte(text, i)) {
      out += text[i++];
      continue;
    }
    out += static_cast<char>(0x80 + (at(text, i + 2) - 0xbe) * 0x40 + (at(text, i + 3) & 0x3f));
    i += 4;
  }
  return out;
}

}  // namespace tcm::index
