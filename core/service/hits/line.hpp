// SPDX-License-Identifier: Apache-2.0
// A line of a log of look-ups, as python/tcm_hits.py writes it and says there. Anybody may have written the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::service {

enum class LookupKind : std::uint8_t {
  hit,       ///< H
  miss,      ///< M
  loaded,    ///< L: by its path, without a look-up
  compiled,  ///< C: the end of the compilation that a miss began
  read_too,  ///< A: a hit of another entry whose group names files of this one
};

struct LookupLine {
  std::int64_t time_ns = 0;
  LookupKind kind = LookupKind::hit;
  bool again = false;  ///< its process had used the entry before
  std::string root;    ///< absolute, without ".."; empty when the cache manager named none
  std::string key;     ///< a file name
  std::string name;
  std::int64_t microseconds = 0;  ///< of compiled
};

/// No line of a log is longer, in bytes without its end.
inline constexpr std::size_t kLongestLine = 4096;

/// Nothing when no tracker writes such a line. `line` is without its end.
std::optional<LookupLine> parse_lookup(std::string_view line);

}  // namespace tcm::service
