// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/line_diff.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/service/compare/hunks.hpp"

namespace tcm::test {
namespace {

using service::LineChange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Numbers = std::vector<std::uint32_t>;

constexpr std::int32_t kPatient = 1000;

/// The unified diff of two texts, without its two first lines.
std::string unified(std::string_view a, std::string_view b) {
  const auto diff = service::diff_lines(a, b);
  std::string text;
  for (const service::Hunk& hunk : hunks_of(*diff)) {
    text += hunk.header() + '\n';
    for_each_line(*diff, hunk, [&](char sign, std::string_view line, bool ends) {
      text += sign + std::string(line) + (ends ? "\n" : "$\n");
    });
  }
  return text;
}

/// The length of a longest common subsequence, as textbooks compute it.
std::size_t common(const Numbers& a, const Numbers& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const std::uint32_t x : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = x == b[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

/// Whether the changes lead from one to the other, and how many of `a` they keep.
std::size_t kept(const Numbers& a, const Numbers& b, const std::vector<LineChange>& changes) {
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t equal = 0;
  const auto keep_to = [&](std::size_t end_a, std::size_t end_b) {
    ASSERT_EQ(end_a - i, end_b - j);
    for (; i < end_a; ++i, ++j, ++equal) ASSERT_EQ(a.at(i), b.at(j));
  };
  for (const LineChange& change : changes) {
    keep_to(change.a_begin, change.b_begin);
    i = change.a_end;
    j = change.b_end;
  }
  keep_to(a.size(), b.size());
  return equal;
}

TEST(LineDiff, FindsTheFewestChangesAsTheTextbookDoes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t words = 1 + random() % 6;
    const auto draw = [&] {
      Numbers numbers(random() % 40);
      for (std::uint32_t& number : numbers) number = random() % words;
      return numbers;
    };
    const Numbers a = draw();
    const Numbers b = draw();
    EXPECT_EQ(kept(a, b, service::diff_sequences(a, b, kPatient)), common(a, b));
    kept(a, b, service::diff_sequences(a, b, 1));
  }
}

// Texts that share their lines in another order are what the plain algorithm takes the square of their length for.
TEST(LineDiff, HostileTextsAreStillTakenApartCorrectly) {
  Numbers a;
  for (std::uint32_t i = 0; i < 100'000; ++i) a.push_back(i);
  const Numbers b(a.rbegin(), a.rend());
  EXPECT_GE(kept(a, b, service::diff_sequences(a, b, 64)), 1U);
}

TEST(LineDiff, PrintsAsDiffDoes) {
  EXPECT_EQ(unified("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"),
            "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
  EXPECT_EQ(unified("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(unified("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(unified("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"),
            "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -7,3 +8,4 @@\n 7\n 8\n 9\n+10\n");
}

TEST(LineDiff, ALastLineWithoutItsEndIsAnotherLine) {
  EXPECT_EQ(unified("a\nb", "a\nb\n"), "@@ -1,2 +1,2 @@\n a\n-b$\n+b\n");
  EXPECT_EQ(unified("a\nb", "a\nb"), "");
}

TEST(LineDiff, AnAddedBlockBeginsWithItsOwnFirstLine) {
  EXPECT_EQ(unified("f {\n}\n", "f {\n}\ng {\n}\n"), "@@ -1,2 +1,4 @@\n f {\n }\n+g {\n+}\n");
}

TEST(LineDiff, RefusesMoreLinesThanItTakesMemoryFor) {
  const std::string text(service::kMaxComparedLines + 1, '\n');
  const auto diff = service::diff_lines(text, "");
  ASSERT_FALSE(diff);
  EXPECT_THAT(diff.error().message, HasSubstr("too many"));
}

}  // namespace
}  // namespace tcm::test
