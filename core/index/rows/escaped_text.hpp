// SPDX-License-Identifier: Apache-2.0
// Names of any bytes inside a JSON text, as every database can hold it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tcm::index {

/// Adds `text` to `out` with %XX for every byte that is not plain ASCII, and for '%', '"' and '\\'.
void append_escaped(std::string& out, std::string_view text);

/// What was escaped; nothing when append_escaped() writes no such text.
std::optional<std::string> unescaped(std::string_view text);

}  // namespace tcm::index
