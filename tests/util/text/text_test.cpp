// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/text.hpp"

#include <array>
#include <cctype>
#include <clocale>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/text/utf8.hpp"

namespace tcm::util {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("\0a"s));
  for (const char32_t c :
       {U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000', U'\xffff', U'\x10000', U'\x10ffff'}) {
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
    } else if (c < 0x10000) {
      text = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)),
              static_cast<char>(0x80 | (c & 63))};
    } else {
      text = {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 63)),
              static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
    }
    const Utf8Char decoded = decode_utf8(text);
    EXPECT_TRUE(decoded.valid);
    EXPECT_EQ(decoded.code_point, c);
    EXPECT_EQ(decoded.length, text.size());
  }
}

TEST(Utf8, RefusesMalformedBytes) {
  const std::array<std::string, 11> bad{
      "\x80"s,         "\xff"s,         "\xc0\x80"s,         "\xc1\xbf"s,         "\xc3"s,
      "\xe0\x80\x80"s, "\xed\xa0\x80"s, "\xf0\x80\x80\x80"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s,
      "\xe2\x82"s};
  for (const std::string& text : bad) {
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_FALSE(is_valid_utf8("a" + text + "b"));
    EXPECT_EQ(decode_utf8(text).length, 1U);
  }
  EXPECT_EQ(decode_utf8("").length, 0U);
}

TEST(EscapeControl, LeavesPlainTextAlone) {
  for (const std::string text : {"", "_fwd_kernel_stage2", "[red]x", "C:\\dir\\x1b", "größe 漢字 🎉", "a\u200db"})
    EXPECT_EQ(escape_control(text), text);
}

TEST(EscapeControl, MakesEveryControlVisible) {
  EXPECT_EQ(escape_control("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(escape_control("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d");
  EXPECT_EQ(escape_control("a\0b"s), "a\\x00b");
  EXPECT_EQ(escape_control("\x7f"), "\\x7f");
  EXPECT_EQ(escape_control("\xc2\x9b"
                           "31m"),
            "\\u{9b}31m");
  EXPECT_EQ(escape_control("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(escape_control("x\u202egpj.exe"), "x\\u{202e}gpj.exe");
  EXPECT_EQ(escape_control("\u2066\u2069\u200f\u061c\ufeff\u2028"),
            "\\u{2066}\\u{2069}\\u{200f}\\u{61c}\\u{feff}\\u{2028}");
  EXPECT_EQ(escape_control("\U000e0041"), "\\u{e0041}");
}

TEST(EscapeControl, LeavesNothingUnsafeWhateverComes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string safe = escape_control(std::string{static_cast<char>(a), static_cast<char>(b)});
      EXPECT_TRUE(is_valid_utf8(safe));
      for (const char c : safe) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << a << ' ' << b;
    }
  }
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("kernel"), 6U);
  EXPECT_EQ(display_width("größe"), 5U);
  EXPECT_EQ(display_width("漢字"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("…"), 1U);
  EXPECT_EQ(display_width("\xff\xfe"), 2U);
}

TEST(DisplayWidth, DoesNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* locale : {"C", "C.UTF-8"}) {
    ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr);
    EXPECT_EQ(display_width("漢字"), 4U) << locale;
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST(Truncate, CutsToColumns) {
  EXPECT_EQ(truncate_to_width("kernel", 6), "kernel");
  EXPECT_EQ(truncate_to_width("kernel", 5), "kern…");
  EXPECT_EQ(truncate_to_width("kernel", 1), "…");
  EXPECT_EQ(truncate_to_width("kernel", 0), "");
  EXPECT_EQ(truncate_to_width("", 0), "");
  EXPECT_EQ(truncate_to_width("漢字漢字", 5), "漢字…");
  EXPECT_EQ(truncate_to_width("漢字漢字", 4), "漢…");
  EXPECT_EQ(truncate_to_width("ee\u0301e\u0301e", 3), "ee\u0301…");
}

TEST(Truncate, NeverExceedsTheWidthNorSplitsACharacter) {
  const std::string text = "a漢e\u0301字größe🎉z";
  for (std::size_t width = 0; width < 20; ++width) {
    const std::string cut = truncate_to_width(text, width);
    EXPECT_LE(display_width(cut), width);
    EXPECT_TRUE(is_valid_utf8(cut));
  }
}

TEST(Glob, MatchesTheWholeText) {
  EXPECT_TRUE(glob_match("", ""));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("**", "anything"));
  EXPECT_TRUE(glob_match("fused_*", "fused_cat_1"));
  EXPECT_FALSE(glob_match("fused_*", "triton_fused_cat_1"));
  EXPECT_TRUE(glob_match("*fused*_1", "triton_fused_cat_1"));
  EXPECT_FALSE(glob_match("*fused*_1", "triton_fused_cat_2"));
  EXPECT_TRUE(glob_match("a?c", "abc"));
  EXPECT_TRUE(glob_match("a?c", "a漢c"));
  EXPECT_FALSE(glob_match("a?c", "ac"));
  EXPECT_FALSE(glob_match("Kernel", "kernel"));
  EXPECT_TRUE(glob_match("_a%", "_a%"));
  EXPECT_FALSE(glob_match("_a%", "xa1"));
}

TEST(Glob, Sets) {
  EXPECT_TRUE(glob_match("k[0-9]", "k7"));
  EXPECT_FALSE(glob_match("k[0-9]", "kx"));
  EXPECT_TRUE(glob_match("k[!0-9]", "kx"));
  EXPECT_TRUE(glob_match("k[^0-9]", "kx"));
  EXPECT_FALSE(glob_match("k[!0-9]", "k7"));
  EXPECT_TRUE(glob_match("[]x]", "]"));
  EXPECT_TRUE(glob_match("[a-]", "-"));
  EXPECT_TRUE(glob_match("[ä-ü]", "ö"));
  EXPECT_TRUE(glob_match("a[b", "a[b"));
  EXPECT_TRUE(glob_match("*[0-9]x", "11x"));
  EXPECT_TRUE(glob_match("\xff?", "\xff\xfe"));
}

TEST(Glob, ManyStarsStayFast) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
  EXPECT_TRUE(glob_match(pattern + "b", std::string(5000, 'a') + "b"));
}

TEST(EditDistance, CountsTypingErrors) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("list", "list"), 0U);
  EXPECT_EQ(edit_distance("lsit", "list"), 1U);
  EXPECT_EQ(edit_distance("lis", "list"), 1U);
  EXPECT_EQ(edit_distance("mist", "list"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Closest, FindsWhatWasMeant) {
  const std::array<std::string_view, 4> commands{"index", "list", "show", "stats"};
  EXPECT_EQ(closest("lsit", commands), "list");
  EXPECT_EQ(closest("INDX", commands), "index");
  EXPECT_EQ(closest("stat", commands), "stats");
  EXPECT_EQ(closest("prune", commands), std::nullopt);
  EXPECT_EQ(closest("", commands), std::nullopt);
  EXPECT_EQ(closest("x", std::span<const std::string_view>{}), std::nullopt);
}

TEST(Closest, OneLetterIsNeverMeantAsAnother) {
  const std::array<std::string_view, 1> words{"a"};
  EXPECT_EQ(closest("b", words), std::nullopt);
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",a,,", ','), ElementsAre("", "a", "", ""));
}

TEST(Trim, TakesBlanksFromBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(HexValue, KnowsDigitsOfBothCasesAndNothingElse) {
  for (int c = 0; c < 256; ++c) {
    const char* const digits = "0123456789abcdef";
    const char* const found = c == 0 ? nullptr : std::strchr(digits, std::tolower(c));
    EXPECT_EQ(hex_value(static_cast<char>(c)), found == nullptr ? -1 : found - digits) << c;
    EXPECT_EQ(is_lower_hex(static_cast<char>(c)), found != nullptr && *found == c) << c;
  }
}

TEST(LowerAscii, LeavesOtherBytesAlone) { EXPECT_EQ(lower_ascii("AbZ[Ä\xff"), "abz[Ä\xff"); }

}  // namespace
}  // namespace tcm::util
