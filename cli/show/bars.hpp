// SPDX-License-Identifier: Apache-2.0
// Shares of a whole on a terminal. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tcm::cli {

/// "37%"; "<1%" of a part that is not nothing; empty when the whole is.
std::string percent_text(std::uint64_t part, std::uint64_t whole);

/// A bar of at most `width` columns, exact to an eighth of one; a part that is not nothing is seen.
std::string bar_text(std::uint64_t part, std::uint64_t whole, std::size_t width);

}  // namespace tcm::cli
