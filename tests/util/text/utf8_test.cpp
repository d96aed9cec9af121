// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/utf8.hpp"

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

TEST(Utf8, EveryCodePointIsReadAsItWasWritten) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const Utf8Char read = decode_utf8(text);
    ASSERT_TRUE(read.valid && read.code_point == c && read.length == text.size()) << std::hex << std::uint32_t{c};
  }
}

// Plain text is passed over many bytes at a time.
TEST(Utf8, TheFirstByteThatIsNotValidIsFoundWhereverItStands) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    EXPECT_EQ(valid_utf8_length(text), size);
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\xff';
      EXPECT_EQ(valid_utf8_length(text), at) << size;
      text[at] = 'a';
    }
    EXPECT_EQ(valid_utf8_length(text + "\xc3\xa9" + text), 2 * size + 2);
  }
}

TEST(Utf8, TheFirstByteThatIsNotValidIsFound) {
  EXPECT_EQ(valid_utf8_length(""), 0U);
  EXPECT_EQ(valid_utf8_length("a\xc3\xa9"), 3U);
  EXPECT_EQ(valid_utf8_length("a\xc3\xa9\xff"
                              "b"),
            3U);
  EXPECT_EQ(valid_utf8_length("a\xc3"), 1U);
  EXPECT_EQ(valid_utf8_length("\xed\xa0\x80"), 0U) << "a surrogate";
}

}  // namespace
}  // namespace tcm::util
