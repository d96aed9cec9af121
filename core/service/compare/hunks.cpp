// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/hunks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tcm::service {
namespace {

/// Lines count from 1; of none, the one before is named.
std::string range_text(std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  if (count == 1) return fmt::to_string(begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

}  // namespace

std::string Hunk::header() const {
  return fmt::format("@@ -{} +{} @@", range_text(span.a_begin, span.a_end), range_text(span.b_begin, span.b_end));
}

std::vector<Hunk> hunks_of(const LineDiff& diff, std::size_t context) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < diff.changes.size(); ++i) {
    const LineChange& change = diff.changes[i];
    const std::size_t before = std::min(context, change.a_begin);
    const std::size_t after = std::min(context, diff.a.size() - change.a_end);
    if (hunks.empty() || change.a_begin - before > hunks.back().span.a_end) {
      hunks.push_back({i, i, {change.a_begin - before, 0, change.b_begin - before, 0}});
    }
    hunks.back().last = i + 1;
    hunks.back().span.a_end = change.a_end + after;
    hunks.back().span.b_end = change.b_end + after;
  }
  return hunks;
}

void for_each_line(const LineDiff& diff, const Hunk& hunk,
                   const std::function<void(char sign, std::string_view line, bool ends)>& each) {
  const auto line_of_a = [&](char sign, std::size_t i) { each(sign, diff.a[i], diff.a_ends || i + 1 < diff.a.size()); };
  const auto line_of_b = [&](char sign, std::size_t i) { each(sign, diff.b[i], diff.b_ends || i + 1 < diff.b.size()); };
  std::size_t at = hunk.span.a_begin;
  for (std::size_t i = hunk.first; i < hunk.last; ++i) {
    const LineChange& change = diff.changes[i];
    for (; at < change.a_begin; ++at) line_of_a(' ', at);
    for (; at < change.a_end; ++at) line_of_a('-', at);
    for (std::size_t line = change.b_begin; line < change.b_end; ++line) line_of_b('+', line);
  }
  for (; at < hunk.span.a_end; ++at) line_of_a(' ', at);
}

}  // namespace tcm::service
