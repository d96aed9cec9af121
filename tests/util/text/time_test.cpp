// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/time.hpp"

#include <cstdlib>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/system/env.hpp"

namespace tcm::util {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNow = 1795435200 * kSecond;  // 2026-11-23T12:00:00Z

/// Sets the local zone for one test.
class Zone {
 public:
  explicit Zone(const char* name) : before_(get_env("TZ")) { set(name); }
  ~Zone() { set(before_ ? before_->c_str() : nullptr); }

 private:
  static void set(const char* name) {
    name != nullptr ? ::setenv("TZ", name, 1) : ::unsetenv("TZ");
    ::tzset();
  }
  std::optional<std::string> before_;
};

TEST(Time, NowIsNow) {
  const std::int64_t seconds = std::time(nullptr);
  EXPECT_NEAR(static_cast<double>(now_ns() / kSecond), static_cast<double>(seconds), 2.0);
}

TEST(FormatRfc3339, ShowsTheFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(kNow), "2026-11-23T12:00:00Z");
  EXPECT_EQ(format_rfc3339(kNow + 123456789), "2026-11-23T12:00:00.123456789Z");
  EXPECT_EQ(format_rfc3339(kNow + 1), "2026-11-23T12:00:00.000000001Z");
  EXPECT_EQ(format_rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339(-kSecond), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_rfc3339(kMax), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(format_rfc3339(kMin), "1677-09-21T00:12:43.145224192Z");
}

// A local time without a zone could not be compared with anything.
TEST(FormatLocal, AlwaysNamesTheOffset) {
  {
    const Zone zone("XST-5:30");
    EXPECT_EQ(format_local(kNow), "2026-11-23 17:30:00 +0530");
    EXPECT_EQ(format_rfc3339(kNow), "2026-11-23T12:00:00Z");
  }
  const Zone zone("UTC0");
  EXPECT_EQ(format_local(kNow), "2026-11-23 12:00:00 +0000");
}

TEST(FormatAge, UsesOneUnitRoundedDown) {
  const std::vector<std::pair<std::int64_t, std::string>> cases{
      {0, "0s"},          {kSecond - 1, "0s"},  {59 * kSecond, "59s"}, {kMinute, "1m"},   {59 * kMinute, "59m"},
      {kHour, "1h"},      {2 * kHour, "2h"},    {kDay - 1, "23h"},     {kDay, "1d"},      {3 * kDay, "3d"},
      {40 * kDay, "40d"}, {364 * kDay, "364d"}, {365 * kDay, "1y"},    {800 * kDay, "2y"}};
  for (const auto& [age, text] : cases) EXPECT_EQ(format_age(kNow, kNow - age), text);
  EXPECT_EQ(format_age(kNow, kNow + kDay), "0s");
  EXPECT_EQ(format_age(kMin, kMax), "0s");
  EXPECT_EQ(format_age(kMax, kMin), "292y");
}

// A tool before this one took 0d for no filter, and knew only d and w.
TEST(ParseDuration, ReadsEveryUnit) {
  const std::vector<std::pair<std::string, std::int64_t>> cases{{"0d", 0},
                                                                {"0s", 0},
                                                                {"30s", 30 * kSecond},
                                                                {"10m", 10 * kMinute},
                                                                {"12h", 12 * kHour},
                                                                {"7d", 7 * kDay},
                                                                {"2w", 14 * kDay},
                                                                {"3mo", 90 * kDay},
                                                                {"1y", 365 * kDay},
                                                                {" 7d ", 7 * kDay},
                                                                {"007d", 7 * kDay},
                                                                {"292y", 292 * 365 * kDay},
                                                                {"9223372036s", 9223372036 * kSecond}};
  for (const auto& [text, duration] : cases) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, duration) << text;
  }
}

TEST(ParseDuration, RefusesEverythingElseAndNamesTheForm) {
  for (const std::string text : {"", " ", "d", "7", "0", "-1d", "-0d", "+1d", "1.5h", "7 d", "7days", "7D", "1M",
                                 "1h30m", "ms", "1ms", "seven", "7d\x1b[2J"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr("s m h d w mo y")) << text;
    EXPECT_EQ(parsed.error().message.find('\x1b'), std::string::npos);
  }
}

TEST(ParseDuration, RefusesWhatDoesNotFit) {
  for (const std::string text : {"9223372037s", "300y", "99999999999999999999d", "9223372036854775807w"}) {
    ASSERT_FALSE(parse_duration(text)) << text;
    EXPECT_THAT(parse_duration(text).error().message, HasSubstr("too long")) << text;
  }
}

TEST(ParseTimeBound, TakesDurationsBeforeNow) {
  EXPECT_EQ(parse_time_bound("0d", kNow).value(), kNow);
  EXPECT_EQ(parse_time_bound("7d", kNow).value(), kNow - 7 * kDay);
  EXPECT_EQ(parse_time_bound("292y", kMin + 1).value(), kMin);
}

TEST(ParseTimeBound, TakesDatesInTheLocalZone) {
  const Zone zone("XST-5:30");
  EXPECT_EQ(format_rfc3339(parse_time_bound("2026-10-02", kNow).value()), "2026-10-01T18:30:00Z");
  EXPECT_EQ(format_rfc3339(parse_time_bound("2026-10-02 12:30", kNow).value()), "2026-10-02T07:00:00Z");
  EXPECT_EQ(format_rfc3339(parse_time_bound("2026-10-02T12:30:15.5", kNow).value()), "2026-10-02T07:00:15.500000000Z");
}

TEST(ParseTimeBound, TakesRfc3339) {
  const Zone zone("XST-5:30");
  EXPECT_EQ(parse_time_bound("2026-11-23T12:00:00Z", kNow).value(), kNow);
  EXPECT_EQ(parse_time_bound("2026-11-23t12:00:00z", kNow).value(), kNow);
  EXPECT_EQ(parse_time_bound("2026-11-23T13:00:00+01:00", kNow).value(), kNow);
  EXPECT_EQ(parse_time_bound("2026-11-23T07:00:00-0500", kNow).value(), kNow);
  EXPECT_EQ(parse_time_bound("2026-11-23T12:00:00.000000001Z", kNow).value(), kNow + 1);
  EXPECT_EQ(parse_time_bound("1969-12-31T23:59:60Z", kNow).value(), -kSecond);
  EXPECT_EQ(parse_time_bound("2024-02-29T00:00:00Z", kNow).value(), 1709164800 * kSecond);
}

TEST(ParseTimeBound, ReadsBackWhatIsPrinted) {
  for (const std::int64_t time : {std::int64_t{0}, kNow, kNow + 123456789, std::int64_t{-1}, kMax, kMin + kSecond})
    EXPECT_EQ(parse_time_bound(format_rfc3339(time), kNow).value(), time);
  EXPECT_EQ(parse_time_bound(format_local(kNow), kNow).value(), kNow);
}

TEST(ParseTimeBound, RefusesEverythingElseAndNamesTheForms) {
  for (const std::string text : {"",
                                 "yesterday",
                                 "7",
                                 "2026",
                                 "2026-10",
                                 "2026-13-01",
                                 "2026-00-01",
                                 "2026-02-30",
                                 "2025-02-29",
                                 "2026-10-02T",
                                 "2026-10-02T24:00",
                                 "2026-10-02T12",
                                 "2026-10-02 12:00 x",
                                 "2026-10-02T12:60",
                                 "2026-10-02T12:00:61Z",
                                 "2026-10-02T12:00:00.",
                                 "2026-10-02T12:00:00.1234567891Z",
                                 "2026-10-02T12:00:00+24:00",
                                 "2026-10-02x",
                                 "2026-10-02T12:00:00Zx",
                                 "26-10-02",
                                 "-026-10-02"}) {
    const auto parsed = parse_time_bound(text, kNow);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage);
    EXPECT_THAT(parsed.error().message, HasSubstr("2026-10-02T12:30:00Z"));
    EXPECT_THAT(parsed.error().message, HasSubstr("7d"));
  }
}

TEST(ParseTimeBound, RefusesYearsBeyondTheClock) {
  for (const std::string text : {"0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "0000-01-01"})
    EXPECT_THAT(parse_time_bound(text, kNow).error().message, HasSubstr("out of range")) << text;
}

}  // namespace
}  // namespace tcm::util
