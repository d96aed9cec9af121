// SPDX-License-Identifier: Apache-2.0
// Single strings of a JSON text, for what edits it in place. All functions are pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tcm::cache {

/// What a string means, given with its quotes. Nothing when an escape in it is none, or half of a surrogate pair,
/// as Python writes for a byte that is no UTF-8.
std::optional<std::string> decode_json_string(std::string_view text);

/// Appends `text` as a JSON string as Python writes it: in ASCII. False when it is not UTF-8.
bool append_ascii_json_string(std::string& to, std::string_view text);

}  // namespace tcm::cache
