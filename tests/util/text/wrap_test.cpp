// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/wrap.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::util {
namespace {

TEST(Wrap, BreaksAtBlanksAndNeverInAWord) {
  EXPECT_EQ(wrap("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrap("one two three", 8, 2), "one two\n  three");
  EXPECT_EQ(wrap("one two", 80, 4, 75), "one\n    two");
  EXPECT_EQ(wrap("a_very_long_word x", 5), "a_very_long_word\nx");
  EXPECT_EQ(wrap("one two three", std::numeric_limits<std::size_t>::max()), "one two three");
  EXPECT_EQ(wrap("", 5), "");
}

TEST(ShortenMiddle, KeepsTheFrontAndTheEnd) {
  EXPECT_EQ(shorten_middle("kernel", 6), "kernel");
  EXPECT_EQ(shorten_middle("kernel", 5), "ke…el");
  EXPECT_EQ(shorten_middle("kernel", 4), "k…el");
  EXPECT_EQ(shorten_middle("kernel", 1), "…");
  EXPECT_EQ(shorten_middle("kernel", 0), "");
}

TEST(ShortenMiddle, NeverGrowsTooWideNorCutsACharacter) {
  for (const std::string text : {"漢字漢字漢字", "ee\u0301e\u0301ee\u0301x", "a漢b字c漢d", "\xff\xfe\xfd\xfc\xfb"})
    for (std::size_t width = 0; width <= 12; ++width) {
      const std::string cut = shorten_middle(text, width);
      EXPECT_LE(display_width(cut), width) << cut;
      EXPECT_EQ(is_valid_utf8(cut), is_valid_utf8(text) || cut == "…" || cut.empty()) << cut;
    }
}

}  // namespace
}  // namespace tcm::util
