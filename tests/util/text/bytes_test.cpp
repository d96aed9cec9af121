// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/bytes.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcm::util {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMostBytes = std::numeric_limits<std::uint64_t>::max();

TEST(FormatBytes, UsesBinaryUnitsWithOneDecimal) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(812), "812 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1.0 KiB");
  EXPECT_EQ(format_bytes(12698), "12.4 KiB");
  EXPECT_EQ(format_bytes(1992294), "1.9 MiB");
  EXPECT_EQ(format_bytes(3328599654), "3.1 GiB");
}

TEST(FormatBytes, NeverShowsFourDigitsOfAUnitThatHasANext) {
  EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(format_bytes(1023 * 1024), "1023.0 KiB");
  EXPECT_EQ(format_bytes(kMostBytes), "16.0 EiB");
}

TEST(ParseBytes, ReadsWhatPeopleWrite) {
  const std::vector<std::pair<std::string, std::uint64_t>> cases{
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {" 512 b ", 512},
      {"64K", 65536},
      {"64k", 65536},
      {"64Ki", 65536},
      {"64KiB", 65536},
      {"64KB", 64000},
      {"1.5MiB", 1572864},
      {"1.5 MB", 1500000},
      {"10G", 10737418240},
      {"2 GB", 2000000000},
      {"0.5T", 549755813888},
      {"1.0000000000000000001K", 1024},
      {"1P", 1125899906842624},
      {"15E", 15ULL << 60},
      {"18446744073709551615", kMostBytes},
  };
  for (const auto& [text, bytes] : cases) {
    const auto parsed = parse_bytes(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, bytes) << text;
  }
}

TEST(ParseBytes, RefusesEverythingElseAndNamesTheForm) {
  for (const std::string text : {"", " ", "G", "-1", "+1", "1X", "1KBB", "1 K B", "1e3", "0x10", "1,5M", "1.M", ".5M",
                                 "1..5M", "nan", "1Bi", "1.5", "1.5B", "1M 2K"}) {
    const auto parsed = parse_bytes(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr("1.5GiB")) << text;
  }
}

TEST(ParseBytes, RefusesWhatDoesNotFit) {
  for (const std::string text :
       {"18446744073709551616", "99999999999999999999999", "16E", "16777216T", "15.9999999999999E1"})
    EXPECT_FALSE(parse_bytes(text)) << text;
  EXPECT_THAT(parse_bytes("16E").error().message, HasSubstr("too large"));
}

TEST(ParseBytes, QuotesHostileTextSafely) {
  EXPECT_THAT(parse_bytes("\x1b[2J").error().message, HasSubstr("\\x1b[2J"));
}

TEST(ParseBytes, ReadsBackWhatFormatBytesWrites) {
  for (const std::uint64_t bytes : {0ULL, 812ULL, 1024ULL, 1536ULL, 5ULL << 30, 3ULL << 40})
    EXPECT_EQ(parse_bytes(format_bytes(bytes)).value(), bytes);
}

TEST(FormatCount, GroupsByThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(4000), "4,000");
  EXPECT_EQ(format_count(123456), "123,456");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(kMostBytes), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace tcm::util
