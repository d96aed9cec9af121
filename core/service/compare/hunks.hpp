// SPDX-License-Identifier: Apache-2.0
// Differences as a unified diff has them: changes with some equal lines around them. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/service/compare/line_diff.hpp"

namespace tcm::service {

/// Equal lines before and after a change.
inline constexpr std::size_t kContextLines = 3;

/// Changes [first, last) of a diff, and the lines around them.
struct Hunk {
  std::size_t first = 0;
  std::size_t last = 0;
  LineChange span;  ///< all lines of the hunk

  /// "@@ -1,7 +1,8 @@" (POSIX diff -u)
  std::string header() const;
};

std::vector<Hunk> hunks_of(const LineDiff& diff, std::size_t context = kContextLines);

/// Calls `each` for the lines of a hunk in order: ' ' both have it, '-' and '+' one of them. `ends`: the line has its
/// end; the last one of a text may lack it.
void for_each_line(const LineDiff& diff, const Hunk& hunk,
                   const std::function<void(char sign, std::string_view line, bool ends)>& each);

}  // namespace tcm::service
