// SPDX-License-Identifier: Apache-2.0
// Values of settings, and where each came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tcm::config {

/// Who said it, the strongest first.
enum class Source : std::uint8_t { flag, environment, project, user, system, default_value };

/// "flag", "environment", "project", "user", "system", "default": as in JSON.
std::string_view to_string(Source source);

struct Origin {
  Source source = Source::default_value;
  std::string where;     ///< the flag, the variable or the path of the file; empty for a default
  std::size_t line = 0;  ///< of the file, from 1; 0 when it is none
};

/// "flag --cache-dir", "env TRITON_CACHE_DIR", "/etc/tcm/config.toml:4", "default".
std::string to_string(const Origin& origin);

template <class T>
struct Setting {
  T value{};
  Origin origin;
};

enum class Type : std::uint8_t {
  text,      ///< std::string
  path,      ///< std::string
  paths,     ///< std::vector<std::string>
  database,  ///< std::string: "sqlite:PATH", a PostgreSQL URL, or libpq's words ("postgresql:key=value", "service=…")
  boolean,   ///< bool
  count,     ///< std::uint64_t
  percent,   ///< std::uint64_t, 1 to 100
  size,      ///< std::uint64_t, bytes
  space,     ///< std::string: a size, or a percentage of a file system, in a form that reads back: "5GiB", "10%"
  duration,  ///< std::int64_t, nanoseconds
  word,      ///< std::string, one of the key's words
};

/// monostate: none, for a key that may have no value.
using Value = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, std::string, std::vector<std::string>>;

}  // namespace tcm::config
