// SPDX-License-Identifier: Apache-2.0
// Names in a cache are any bytes; text in PostgreSQL is UTF-8. At the border every byte that is part of no valid
// character becomes a character of its own, U+10FF80 for the byte 0x80 up to U+10FFFF for 0xFF: the end of the private
// planes, which no text uses. (Bytes below 0x80 are always valid.) Where those characters themselves occur, their bytes
// are treated as invalid, so every text comes back as it was. Equal texts stay equal, and a text that begins with
// another still does when the other ends between two characters.
#pragma once

#include <string>
#include <string_view>

namespace tcm::index {

/// The text as UTF-8.
std::string to_utf8(std::string_view bytes);

/// The bytes that to_utf8() was given.
std::string from_utf8(std::string_view text);

}  // namespace tcm::index
