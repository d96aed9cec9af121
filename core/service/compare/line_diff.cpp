// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/line_diff.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace tcm::service {
namespace {

using Ids = std::span<const std::uint32_t>;
using Marks = std::vector<char>;  // of each line of a text: whether the other lacks it

// What git's xdiff allows at least before it takes the way that got furthest.
constexpr std::int32_t kMaxCost = 256;

/// A part of both sequences that is left to be compared. `exact`: whatever it costs, as that is known to be little.
struct Box {
  std::int32_t a0, a1, b0, b1;
  bool exact;
};

struct Split {
  std::int32_t a, b;
  bool exact_before, exact_after;
};

/// The furthest points of ways with a given number of changes, one a diagonal (a - b).
class Diagonals {
 public:
  Diagonals(std::size_t a, std::size_t b) : offset_(static_cast<std::int32_t>(b) + 1), at_(a + b + 3) {}
  std::int32_t& operator[](std::int32_t diagonal) { return at_[static_cast<std::size_t>(diagonal + offset_)]; }

 private:
  std::int32_t offset_;
  std::vector<std::int32_t> at_;
};

/// The diagonals that ways of one more change reach.
struct Reach {
  std::int32_t low, high;

  void grow(Diagonals& points, std::int32_t least, std::int32_t most, std::int32_t none) {
    if (low > least)
      points[--low - 1] = none;
    else
      ++low;
    if (high < most)
      points[++high + 1] = none;
    else
      --high;
  }
  bool has(std::int32_t diagonal) const { return low <= diagonal && diagonal <= high; }
};

class Myers {
 public:
  Myers(Ids a, Ids b, std::int32_t max_cost, Marks& gone_a, Marks& gone_b)
      : a_(a),
        b_(b),
        max_cost_(max_cost),
        gone_a_(gone_a),
        gone_b_(gone_b),
        forward_(a.size(), b.size()),
        backward_(a.size(), b.size()) {}

  void run() {
    // On a stack of its own: hostile texts would exhaust that of the thread.
    std::vector<Box> boxes{{0, static_cast<std::int32_t>(a_.size()), 0, static_cast<std::int32_t>(b_.size()), false}};
    while (!boxes.empty()) {
      Box box = boxes.back();
      boxes.pop_back();
      trim(box);
      if (box.a0 == box.a1 || box.b0 == box.b1) {
        std::fill(gone_a_.begin() + box.a0, gone_a_.begin() + box.a1, 1);
        std::fill(gone_b_.begin() + box.b0, gone_b_.begin() + box.b1, 1);
        continue;
      }
      const Split split = split_of(box);
      boxes.push_back({box.a0, split.a, box.b0, split.b, split.exact_before});
      boxes.push_back({split.a, box.a1, split.b, box.b1, split.exact_after});
    }
  }

 private:
  bool equal(std::int32_t a, std::int32_t b) const {
    return a_[static_cast<std::size_t>(a)] == b_[static_cast<std::size_t>(b)];
  }

  void trim(Box& box) const {
    while (box.a0 < box.a1 && box.b0 < box.b1 && equal(box.a0, box.b0)) ++box.a0, ++box.b0;
    while (box.a0 < box.a1 && box.b0 < box.b1 && equal(box.a1 - 1, box.b1 - 1)) --box.a1, --box.b1;
  }

  /// A point on a way with the fewest changes, found from both ends; or, when that costs too much, on a good one.
  Split split_of(const Box& box) {
    constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();
    const std::int32_t start = box.a0 - box.b0;
    const std::int32_t end = box.a1 - box.b1;
    const std::int32_t least = box.a0 - box.b1;
    const std::int32_t most = box.a1 - box.b0;
    const bool odd = ((start - end) & 1) != 0;
    Reach ahead{start, start};
    Reach back{end, end};
    forward_[start] = box.a0;
    backward_[end] = box.a1;
    for (std::int32_t cost = 1;; ++cost) {
      ahead.grow(forward_, least, most, -1);
      for (std::int32_t d = ahead.high; d >= ahead.low; d -= 2) {
        std::int32_t a = std::max(forward_[d - 1] + 1, forward_[d + 1]);
        while (a < box.a1 && a - d < box.b1 && equal(a, a - d)) ++a;
        forward_[d] = a;
        if (odd && back.has(d) && backward_[d] <= a) return {a, a - d, box.exact, box.exact};
      }
      back.grow(backward_, least, most, kNone);
      for (std::int32_t d = back.high; d >= back.low; d -= 2) {
        std::int32_t a = std::min(backward_[d - 1], backward_[d + 1] - 1);
        while (a > box.a0 && a - d > box.b0 && equal(a - 1, a - d - 1)) --a;
        backward_[d] = a;
        if (!odd && ahead.has(d) && a <= forward_[d]) return {a, a - d, box.exact, box.exact};
      }
      if (!box.exact && cost >= max_cost_) return furthest(box, ahead, back);
    }
  }

  Split furthest(const Box& box, const Reach& ahead, const Reach& back) {
    Split from_start{box.a0, box.b0, true, false};
    for (std::int32_t d = ahead.high; d >= ahead.low; d -= 2) {
      const std::int32_t a = std::min({forward_[d], box.a1, box.b1 + d});
      if (a + a - d > from_start.a + from_start.b) from_start.a = a, from_start.b = a - d;
    }
    Split from_end{box.a1, box.b1, false, true};
    for (std::int32_t d = back.high; d >= back.low; d -= 2) {
      const std::int32_t a = std::max({backward_[d], box.a0, box.b0 + d});
      if (a + a - d < from_end.a + from_end.b) from_end.a = a, from_end.b = a - d;
    }
    const std::int32_t gained = from_start.a + from_start.b - box.a0 - box.b0;
    return gained >= box.a1 + box.b1 - from_end.a - from_end.b ? from_start : from_end;
  }

  Ids a_;
  Ids b_;
  std::int32_t max_cost_;
  Marks& gone_a_;
  Marks& gone_b_;
  Diagonals forward_;
  Diagonals backward_;
};

/// The numbers that `known` says the other side has, and where they stand.
struct Shared {
  std::vector<std::uint32_t> ids;
  std::vector<std::size_t> places;
};

Shared shared_of(Ids side, Ids other, std::uint32_t count, Marks& gone) {
  Marks known(count, 0);
  for (const std::uint32_t id : other) known[id] = 1;
  Shared shared;
  for (std::size_t i = 0; i < side.size(); ++i) {
    if (known[side[i]] == 0) {
      gone[i] = 1;
      continue;
    }
    shared.ids.push_back(side[i]);
    shared.places.push_back(i);
  }
  return shared;
}

/// Moves each run of marked lines down as far as the same text allows, so that a block which was added begins with its
/// own first line rather than with the end of the block before.
void slide(Ids ids, Marks& gone) {
  std::size_t end = 0;
  for (std::size_t start = 0; start < ids.size(); start = std::max(end, start + 1)) {
    if (gone[start] == 0) continue;
    end = start;
    while (end < ids.size() && gone[end] != 0) ++end;
    while (end < ids.size() && ids[start] == ids[end]) {
      gone[start++] = 0;
      gone[end++] = 1;
      while (end < ids.size() && gone[end] != 0) ++end;
    }
  }
}

std::vector<LineChange> changes_of(const Marks& gone_a, const Marks& gone_b) {
  std::vector<LineChange> changes;
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < gone_a.size() || b < gone_b.size()) {
    LineChange change{a, a, b, b};
    while (change.a_end < gone_a.size() && gone_a[change.a_end] != 0) ++change.a_end;
    while (change.b_end < gone_b.size() && gone_b[change.b_end] != 0) ++change.b_end;
    a = change.a_end;
    b = change.b_end;
    if (change.a_begin != a || change.b_begin != b) changes.push_back(change);
    ++a, ++b;
  }
  return changes;
}

Result<std::vector<std::string_view>> lines_of(std::string_view text, bool& ends) {
  std::vector<std::string_view> lines;
  ends = text.empty() || text.back() == '\n';
  while (!text.empty()) {
    if (lines.size() == kMaxComparedLines)
      return fail(ErrorCode::failed, fmt::format("over {} lines, too many to be compared", kMaxComparedLines));
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The same number for the same text, from 0 on; by sorting, which no choice of texts makes slow. Returns how many.
std::uint32_t number_lines(const LineDiff& diff, std::vector<std::uint32_t>& a, std::vector<std::uint32_t>& b) {
  const std::size_t count = diff.a.size() + diff.b.size();
  const auto text = [&](std::size_t i) { return i < diff.a.size() ? diff.a[i] : diff.b[i - diff.a.size()]; };
  // A last line without its end is another line than the same text with one.
  const auto open = [&](std::size_t i) {
    return (!diff.a_ends && i + 1 == diff.a.size()) || (!diff.b_ends && i + 1 == count && !diff.b.empty());
  };
  const auto less = [&](std::size_t i, std::size_t j) {
    const int order = text(i).compare(text(j));
    return order != 0 ? order < 0 : open(i) < open(j);
  };
  std::vector<std::size_t> sorted(count);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::sort(sorted.begin(), sorted.end(), less);
  a.resize(diff.a.size());
  b.resize(diff.b.size());
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0 && less(sorted[i - 1], sorted[i])) ++id;
    (sorted[i] < a.size() ? a[sorted[i]] : b[sorted[i] - a.size()]) = id;
  }
  return count == 0 ? 0 : id + 1;
}

}  // namespace

std::size_t LineDiff::removed() const {
  std::size_t lines = 0;
  for (const LineChange& change : changes) lines += change.a_end - change.a_begin;
  return lines;
}

std::size_t LineDiff::added() const {
  std::size_t lines = 0;
  for (const LineChange& change : changes) lines += change.b_end - change.b_begin;
  return lines;
}

std::vector<LineChange> diff_sequences(Ids a, Ids b, std::int32_t max_cost) {
  Marks gone_a(a.size(), 0);
  Marks gone_b(b.size(), 0);
  std::uint32_t count = 0;
  for (const Ids side : {a, b})
    for (const std::uint32_t id : side) count = std::max(count, id + 1);
  // What only one side has cannot be kept: leaving it out loses nothing, and often leaves little.
  const Shared shared_a = shared_of(a, b, count, gone_a);
  const Shared shared_b = shared_of(b, a, count, gone_b);
  Marks marks_a(shared_a.ids.size(), 0);
  Marks marks_b(shared_b.ids.size(), 0);
  Myers(shared_a.ids, shared_b.ids, max_cost, marks_a, marks_b).run();
  for (std::size_t i = 0; i < marks_a.size(); ++i) gone_a[shared_a.places[i]] = marks_a[i];
  for (std::size_t i = 0; i < marks_b.size(); ++i) gone_b[shared_b.places[i]] = marks_b[i];
  slide(a, gone_a);
  slide(b, gone_b);
  return changes_of(gone_a, gone_b);
}

Result<LineDiff> diff_lines(std::string_view a, std::string_view b) {
  LineDiff diff;
  TCM_ASSIGN(diff.a, lines_of(a, diff.a_ends));
  TCM_ASSIGN(diff.b, lines_of(b, diff.b_ends));
  std::vector<std::uint32_t> ids_a;
  std::vector<std::uint32_t> ids_b;
  number_lines(diff, ids_a, ids_b);
  diff.changes = diff_sequences(ids_a, ids_b, kMaxCost);
  return diff;
}

}  // namespace tcm::service
