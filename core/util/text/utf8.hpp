// SPDX-License-Identifier: Apache-2.0
// UTF-8, strictly (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF. All functions are
// pure and safe to call from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tcm::util {

/// The character at the front of a text.
struct Utf8Char {
  char32_t code_point = 0;  ///< meaningless when not valid
  std::size_t length = 0;   ///< bytes it takes; 1 when not valid; 0 at the end of the text
  bool valid = false;
};

Utf8Char decode_utf8(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// How many bytes at the front of `text` are valid: all of them, or where the first is that is not.
std::size_t valid_utf8_length(std::string_view text);

/// The inverse of decode_utf8. `c` must be a code point and no surrogate.
void append_utf8(std::string& to, char32_t c);

}  // namespace tcm::util
