// SPDX-License-Identifier: Apache-2.0
// Strings of a JSON text (RFC 8259), for what writes JSON by pieces or edits it in place. All functions are pure and
// safe to call from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::util {

/// What is escaped besides quotes, backslashes and the control characters below U+0020, which always are.
enum class JsonEscapes : std::uint8_t {
  needed,       ///< nothing; a byte that is not UTF-8 stands as it is
  unprintable,  ///< what a terminal would act on (is_unsafe_to_print); a byte that is not UTF-8 becomes U+FFFD
  non_ascii,    ///< all that is not printable ASCII, as Python writes it; a byte that is not UTF-8 becomes U+FFFD
};

/// Appends `text` with its quotes. The controls with short names ("\n") have them in `unprintable` only, which people
/// read: the others are stored and compared as texts, and stay as they always were.
void append_json_string(std::string& to, std::string_view text, JsonEscapes escapes = JsonEscapes::needed);

/// The same without the quotes: a part of a string.
void append_json_text(std::string& to, std::string_view text, JsonEscapes escapes = JsonEscapes::needed);

/// What a string means, given with its quotes. Nothing when an escape in it is none, or half of a surrogate pair,
/// as Python writes for a byte that is not UTF-8.
std::optional<std::string> decode_json_string(std::string_view text);

}  // namespace tcm::util
