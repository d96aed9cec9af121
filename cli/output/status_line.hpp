// SPDX-License-Identifier: Apache-2.0
// The one place that knows whether a progress line stands on the terminal, so that messages push it away instead of
// running into it. For this room only. Safe from any thread.
#pragma once

#include <cstdio>
#include <string_view>

namespace tcm::cli {

/// Draws `text` over the line that stands there.
void draw_status_line(std::FILE* stream, std::string_view text);

/// Removes the line, if one stands there.
void clear_status_line(std::FILE* stream);

/// Removes the line, if one stands there, and prints `line` with its end in its place.
void print_above_status_line(std::FILE* stream, std::string_view line);

}  // namespace tcm::cli
