// SPDX-License-Identifier: Apache-2.0
// A look at TOML before the parser (toml++ 3.3) sees it, for what the parser does not survive.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tcm::config {

struct Trouble {
  std::size_t line = 0;   ///< from 1
  std::string_view what;  ///< for the user
};

/// The first of these, if any:
/// - more dots in a line, outside strings and comments, than any file of settings has: keys have one. The parser bounds
///   brackets in brackets, but makes one table in another for every dot, and takes them apart by recursion: a line of a
///   hundred thousand dots would end the program.
/// - a character that is not ASCII outside strings and comments, where TOML 1.0 has none, or behind a backslash and the
///   blanks that it hides. For most of those the parser's question whether it is a blank has no defined answer.
/// Right up to the first mistake in the text, where the parser stops. Pure; any bytes go.
std::optional<Trouble> find_trouble(std::string_view text);

}  // namespace tcm::config
