// SPDX-License-Identifier: Apache-2.0
// Which lines differ between two texts: the algorithm of Myers (Algorithmica 1, 1986, p. 251) in linear space, with the
// bound on its cost that GNU diff and git's xdiff have. Texts may be hostile: time grows with their number of lines,
// never with its square. All functions are pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/util/result.hpp"

namespace tcm::service {

/// Lines [a_begin, a_end) of one text stand where lines [b_begin, b_end) of the other do. Either may be empty.
struct LineChange {
  std::size_t a_begin = 0;
  std::size_t a_end = 0;
  std::size_t b_begin = 0;
  std::size_t b_end = 0;

  bool operator==(const LineChange&) const = default;
};

/// The views are of the texts.
struct LineDiff {
  std::vector<std::string_view> a;  ///< lines without their ends
  std::vector<std::string_view> b;
  bool a_ends = true;  ///< the last line has its end; also of an empty text
  bool b_ends = true;
  std::vector<LineChange> changes;  ///< in order; lines between them are equal

  std::size_t removed() const;  ///< lines
  std::size_t added() const;
};

/// More lines than that are not compared.
inline constexpr std::size_t kMaxComparedLines = 1'000'000;

/// Changes from `a` to `b`: the fewest lines, unless that were to take long. Two last lines of which only one has its
/// end differ. Errors: failed (too many lines).
Result<LineDiff> diff_lines(std::string_view a, std::string_view b);

/// The same of two sequences of numbers. Beyond `max_cost` steps without an end the way that got furthest is taken.
std::vector<LineChange> diff_sequences(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                                       std::int32_t max_cost);

}  // namespace tcm::service
