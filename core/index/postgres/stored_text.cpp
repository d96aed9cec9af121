// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/stored_text.hpp"

#include <cstddef>

#include "core/util/text/utf8.hpp"

namespace tcm::index {
namespace {

// A byte of 0x80 and above is added to this.
constexpr char32_t kBytes = 0x10FF00;

bool stands_for_byte(const util::Utf8Char& c) { return c.valid && c.code_point >= kBytes + 0x80; }

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const util::Utf8Char c = util::decode_utf8(bytes);
    const bool stays = c.valid && !stands_for_byte(c);
    const std::size_t length = stays ? c.length : 1;
    if (stays)
      out += bytes.substr(0, length);
    else
      util::append_utf8(out, kBytes + static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(length);
  }
  return out;
}

std::string from_utf8(std::string_view text) {
  if (text.find("\xf4\x8f") == std::string_view::npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const util::Utf8Char c = util::decode_utf8(text);
    if (stands_for_byte(c))
      out += static_cast<char>(c.code_point - kBytes);
    else
      out += text.substr(0, c.length);
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace tcm::index
