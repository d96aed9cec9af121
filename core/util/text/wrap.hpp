// SPDX-License-Identifier: Apache-2.0
// Text made to fit a terminal: sentences broken into lines, names shortened.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tcm::util {

/// The words of `text` in lines of at most `width` columns, each but the first after `indent` blanks; `used` columns of
/// the first line are taken already. Words are never broken: a longer one sticks out. No line end at the end. All
/// functions here are pure and safe to call from any thread.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0, std::size_t used = 0);

/// `text` when it fits `width` columns, else its front and its end with '…' between them, the end a column longer at
/// most: generated names and paths differ least at the front. Nothing fits 0 columns.
std::string shorten_middle(std::string_view text, std::size_t width);

}  // namespace tcm::util
