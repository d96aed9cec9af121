// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/json_text.hpp"

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

std::string quoted(std::string_view text, JsonEscapes escapes) {
  std::string out;
  append_json_string(out, text, escapes);
  return out;
}

TEST(JsonText, QuotesBackslashesAndControlsAreAlwaysEscaped) {
  for (const JsonEscapes escapes : {JsonEscapes::needed, JsonEscapes::unprintable, JsonEscapes::non_ascii})
    EXPECT_EQ(quoted("a\"b\\c\x01", escapes), R"("a\"b\\c\u0001")");
  EXPECT_EQ(quoted("\n\t", JsonEscapes::needed), R"("\u000a\u0009")");
  EXPECT_EQ(quoted("\n\t", JsonEscapes::non_ascii), R"("\u000a\u0009")");
  EXPECT_EQ(quoted("\b\f\n\r\t", JsonEscapes::unprintable), R"("\b\f\n\r\t")");
}

TEST(JsonText, EachChoiceLeavesWhatItShould) {
  const std::string_view text = "\xc3\xa9\x7f\xe2\x80\xae\xf0\x9f\x98\x80";  // é, DEL, U+202E, U+1F600
  EXPECT_EQ(quoted(text, JsonEscapes::needed), "\"" + std::string(text) + "\"");
  EXPECT_EQ(quoted(text, JsonEscapes::unprintable), "\"\xc3\xa9\\u007f\\u202e\xf0\x9f\x98\x80\"");
  EXPECT_EQ(quoted(text, JsonEscapes::non_ascii), R"("\u00e9\u007f\u202e\ud83d\ude00")");
}

TEST(JsonText, BytesThatAreNotUtf8StandOrAreReplaced) {
  EXPECT_EQ(quoted("a\xff", JsonEscapes::needed), "\"a\xff\"");
  EXPECT_EQ(quoted("a\xff", JsonEscapes::unprintable), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(quoted("a\xff", JsonEscapes::non_ascii), R"("a\ufffd")");
}

TEST(JsonText, APartOfAStringHasNoQuotes) {
  std::string out = "x";
  append_json_text(out, "a\"", JsonEscapes::needed);
  EXPECT_EQ(out, R"(xa\")");
}

TEST(JsonText, WhatIsWrittenIsReadBack) {
  const std::string_view text = "a\"\\/\b\f\n\r\t\x01\x7f\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80";
  for (const JsonEscapes escapes : {JsonEscapes::needed, JsonEscapes::unprintable, JsonEscapes::non_ascii})
    EXPECT_EQ(decode_json_string(quoted(text, escapes)), text);
}

TEST(JsonText, HalfAPairAndUnknownEscapesMeanNothing) {
  for (const std::string_view wrong : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\x")", R"("\u12")", "\""})
    EXPECT_EQ(decode_json_string(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace tcm::util
