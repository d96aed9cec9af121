// SPDX-License-Identifier: Apache-2.0
// A look at TOML before the parser sees it. The parser bounds brackets in brackets, but makes one table in another for
// every dot of a key, and takes them apart by recursion: a line of a hundred thousand dots would end the program.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tcm::config {

/// The first line (from 1) with more dots outside strings and comments than any file of settings has: keys have one.
/// Right up to the first mistake in the text, where the parser stops. Pure; any bytes go.
std::optional<std::size_t> too_deep(std::string_view text);

}  // namespace tcm::config
