// SPDX-License-Identifier: Apache-2.0
// Where an index is: a file of SQLite, or a database of PostgreSQL.
#pragma once

#include <string>

#include "core/util/result.hpp"

namespace tcm::index {

struct Location {
  enum class Kind { sqlite, postgresql };
  Kind kind = Kind::sqlite;
  /// The path of the file as it was given; or what libpq takes to connect: a URL, or `key=value` words.
  std::string target;
};

/// Accepts a path, "sqlite:PATH", "sqlite:///PATH", "postgresql://…" (or "postgres://…"), "postgresql:key=value …" and
/// "service=NAME". Whatever looks like none of them is a path; "%" in a path of "sqlite://" is a path's own. Errors:
/// usage for a URL of another kind, which is named without its secrets.
Result<Location> parse_location(const std::string& text);

}  // namespace tcm::index
