// SPDX-License-Identifier: Apache-2.0
// Where an index is: a file of SQLite, or a database of PostgreSQL.
#pragma once

#include <string>

#include "core/util/result.hpp"

namespace tcm::index {

struct Location {
  enum class Kind { sqlite, postgresql, memory };
  Kind kind = Kind::sqlite;
  /// The path of the file as it was given, of `memory` the file that is copied, or nothing; or what libpq takes to
  /// connect: a URL, or `key=value` words.
  std::string target;
};

/// Accepts a path, "sqlite:PATH", "sqlite:///PATH", "postgresql://…" (or "postgres://…"), "postgresql:key=value …" and
/// "service=NAME"; with "memory:" before any of them, an index in memory that ends with the process: a copy of the
/// file, and empty when there is none, it cannot be read, or a server has it. Whatever looks like none of them is a
/// path; "%" in a path of "sqlite://" is a path's own. Errors: usage for a URL of another kind, which is named without
/// its secrets.
Result<Location> parse_location(const std::string& text);

/// Whether the file system of an index that is a file has room left for the files that SQLite makes next to it. True
/// for all other indexes.
bool has_room(const std::string& location);

}  // namespace tcm::index
