// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::util {
namespace {

struct Split {
  std::int64_t seconds;
  std::int64_t nanoseconds;  ///< 0 to 999,999,999
};

/// Rounds down, so that a time before 1970 has a positive fraction too.
Split split_time(std::int64_t time_ns) {
  Split parts{time_ns / kSecond, time_ns % kSecond};
  if (parts.nanoseconds < 0) {
    parts.nanoseconds += kSecond;
    --parts.seconds;
  }
  return parts;
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array<Unit, 7> kUnits{
    {{"s", kSecond}, {"m", kMinute}, {"h", kHour}, {"d", kDay}, {"w", 7 * kDay}, {"mo", 30 * kDay}, {"y", 365 * kDay}}};

constexpr std::string_view kDurationForm = "a whole number and one of s m h d w mo y, such as 30s, 12h or 7d";

tl::unexpected<Error> bad_duration(std::string_view text, std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("'{}' is {}; write {}", escape_control(text), why, kDurationForm));
}

/// Reads a date and time from left to right; each step says whether it found what it wanted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `digits` digits, of a value between `low` and `high`.
  bool number(std::size_t digits, int low, int high, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value >= low && value <= high;
  }
  /// One to nine digits, as nanoseconds.
  bool fraction(std::int64_t& nanoseconds) {
    std::int64_t place = kSecond;
    nanoseconds = 0;
    while (!rest_.empty() && is_digit(rest_.front())) {
      place /= 10;
      if (place == 0) return false;
      nanoseconds += (rest_.front() - '0') * place;
      rest_.remove_prefix(1);
    }
    return place < kSecond;
  }

 private:
  std::string_view rest_;
};

struct DateTime {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t nanoseconds = 0;
  std::optional<std::int64_t> offset_seconds;  ///< absent: the local zone
};

bool scan_offset(Scanner& scan, DateTime& at) {
  if (scan.take('Z') || scan.take('z')) {
    at.offset_seconds = 0;
    return true;
  }
  const bool west = scan.take('-');
  if (!west && !scan.take('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!scan.number(2, 0, 23, hours)) return false;
  scan.take(':');
  if (!scan.number(2, 0, 59, minutes)) return false;
  at.offset_seconds = (west ? -60 : 60) * (hours * 60 + minutes);
  return true;
}

bool scan_clock(Scanner& scan, DateTime& at) {
  if (!scan.number(2, 0, 23, at.hour) || !scan.take(':') || !scan.number(2, 0, 59, at.minute)) return false;
  if (scan.take(':')) {
    // RFC 3339 allows a leap second; it is the last second of its minute here, as on the system's own clock.
    if (!scan.number(2, 0, 60, at.second)) return false;
    if (at.second == 60) at.second = 59;
    if (scan.take('.') && !scan.fraction(at.nanoseconds)) return false;
  }
  if (scan.done()) return true;
  scan.take(' ');  // as format_local prints it
  return scan_offset(scan, at);
}

std::optional<DateTime> scan_date(std::string_view text) {
  DateTime at;
  Scanner scan(text);
  const bool date = scan.number(4, 0, 9999, at.year) && scan.take('-') && scan.number(2, 1, 12, at.month) &&
                    scan.take('-') && scan.number(2, 1, 31, at.day);
  if (!date) return std::nullopt;
  const std::chrono::year_month_day calendar{std::chrono::year{at.year}, std::chrono::month(unsigned(at.month)),
                                             std::chrono::day(unsigned(at.day))};
  if (!calendar.ok()) return std::nullopt;
  if (scan.done()) return at;
  if (!scan.take('T') && !scan.take('t') && !scan.take(' ')) return std::nullopt;
  if (!scan_clock(scan, at) || !scan.done()) return std::nullopt;
  return at;
}

std::int64_t utc_seconds(const DateTime& at) {
  const std::chrono::sys_days days{std::chrono::year{at.year} / at.month / at.day};
  return days.time_since_epoch().count() * std::int64_t{86400} + at.hour * 3600 + at.minute * 60 + at.second -
         at.offset_seconds.value_or(0);
}

std::int64_t local_seconds(const DateTime& at) {
  std::tm local{};
  local.tm_year = at.year - 1900;
  local.tm_mon = at.month - 1;
  local.tm_mday = at.day;
  local.tm_hour = at.hour;
  local.tm_min = at.minute;
  local.tm_sec = at.second;
  local.tm_isdst = -1;
  return std::mktime(&local);
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

std::string format_rfc3339(std::int64_t time_ns) {
  const Split parts = split_time(time_ns);
  const std::time_t seconds = parts.seconds;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  if (parts.nanoseconds != 0) text += fmt::format(".{:09}", parts.nanoseconds);
  return text += 'Z';
}

std::string format_local(std::int64_t time_ns) {
  const std::time_t seconds = split_time(time_ns).seconds;
  ::tzset();  // localtime_r need not read TZ by itself (POSIX)
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %z", &local);
  return {text.data(), length};
}

std::string format_age(std::int64_t now, std::int64_t time_ns) {
  std::int64_t age = 0;
  if (time_ns < now && __builtin_sub_overflow(now, time_ns, &age)) age = std::numeric_limits<std::int64_t>::max();
  if (age < kMinute) return fmt::format("{}s", age / kSecond);
  if (age < kHour) return fmt::format("{}m", age / kMinute);
  if (age < kDay) return fmt::format("{}h", age / kHour);
  if (age < 365 * kDay) return fmt::format("{}d", age / kDay);
  return fmt::format("{}y", age / (365 * kDay));
}

Result<std::int64_t> parse_duration(std::string_view text) {
  const std::string_view trimmed = trim(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
  if (error == std::errc::result_out_of_range) return bad_duration(text, "too long a duration");
  // from_chars takes a minus sign; a negative duration has no meaning here, and neither has "-0d".
  if (error != std::errc{} || trimmed.front() == '-') return bad_duration(text, "not a duration");
  const std::string_view name = trimmed.substr(static_cast<std::size_t>(end - trimmed.data()));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    std::int64_t duration = 0;
    if (__builtin_mul_overflow(number, unit.nanoseconds, &duration)) return bad_duration(text, "too long a duration");
    return duration;
  }
  return bad_duration(text, name.empty() ? "a duration without a unit" : "not a duration");
}

Result<std::int64_t> parse_time_bound(std::string_view text, std::int64_t now) {
  const std::string_view trimmed = trim(text);
  if (const Result<std::int64_t> duration = parse_duration(trimmed)) {
    std::int64_t bound = 0;
    if (__builtin_sub_overflow(now, *duration, &bound)) bound = std::numeric_limits<std::int64_t>::min();
    return bound;
  }
  const std::optional<DateTime> at = scan_date(trimmed);
  if (!at)
    return fail(ErrorCode::usage, fmt::format("'{}' is neither a duration nor a date; write {}, or a date such as "
                                              "2026-10-02 or 2026-10-02T12:30:00Z",
                                              escape_control(text), kDurationForm));
  const std::int64_t seconds = at->offset_seconds ? utc_seconds(*at) : local_seconds(*at);
  std::int64_t bound = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &bound) || __builtin_add_overflow(bound, at->nanoseconds, &bound))
    return fail(ErrorCode::usage,
                fmt::format("'{}' is out of range; write a date between 1678 and 2261", escape_control(text)));
  return bound;
}

}  // namespace tcm::util
