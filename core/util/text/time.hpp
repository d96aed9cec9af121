// SPDX-License-Identifier: Apache-2.0
// Points in time and durations as people write them. A time is nanoseconds since 1970-01-01 UTC, a duration is
// nanoseconds, both std::int64_t (so years 1677 to 2262). All functions are safe to call from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::util {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

/// The wall clock. The one place that asks it, so that everything else can be handed a time.
std::int64_t now_ns();

/// UTC, for machines: "2026-11-23T12:00:00Z"; nine digits of fraction when there is one ("…:00.123456789Z").
std::string format_rfc3339(std::int64_t time_ns);

/// The local zone, for people, always with its offset: "2026-11-23 13:00:00 +0100". Whole seconds.
std::string format_local(std::int64_t time_ns);

/// How long ago, in one unit, rounded down: "12s", "10m", "2h", "40d", "1y" (365 days). The future is "0s".
std::string format_age(std::int64_t now, std::int64_t time_ns);

/// Reads "30s", "10m", "12h", "7d", "2w", "3mo" (30 days each), "1y" (365 days): a whole number and one unit. "0d" is a
/// valid duration of nothing. ErrorCode::usage for everything else, and for what does not fit (about 292 years).
Result<std::int64_t> parse_duration(std::string_view text);

/// Reads a point in time, given as a duration before `now` or as a date: "2026-10-02" (midnight), "2026-10-02T12:30",
/// "2026-10-02 12:30:15.5", each in the local zone unless it ends in "Z", "+01:00" or " +0100" (so RFC 3339 and
/// what format_local prints are read). ErrorCode::usage for
/// everything else; a duration that reaches beyond the earliest time is that time.
Result<std::int64_t> parse_time_bound(std::string_view text, std::int64_t now);

}  // namespace tcm::util
