// SPDX-License-Identifier: Apache-2.0
// Where tools keep their kernel caches: one table, from which `index --discover`, `doctor` and the documents come.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::cache {

/// A row: a variable that names a directory, or a directory that is used when none does.
struct KnownPlace {
  std::string_view tool;      ///< who writes there, the same word in every row of the tool
  std::string_view variable;  ///< empty: the tool's default
  std::string_view path;  ///< of a variable: what follows its value; else the default: "~/…", "$XDG_CACHE_HOME/…",
                          ///< "$TMPDIR/…", with a pattern in its last part or none
  bool holds_roots = false;  ///< Triton's entries lie there, and `index` reads them; else it is told of, no more
};

std::span<const KnownPlace> known_places();

/// The variables of the table, each once.
std::vector<std::string> place_variables();

/// The tool's own words for what it keeps: "kernels of Triton". Of every tool of the table.
std::string_view meaning_of(std::string_view tool);

/// Whose environment counts.
struct PlaceEnvironment {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::string home;        ///< absolute; empty: there is none, and what lies in it is left out
  std::uint32_t user = 0;  ///< whose directories count where a default is a pattern
};

/// That of this process.
PlaceEnvironment place_environment();

/// A directory (of a tool with a store in one file: that file) that a row names here.
struct NamedPlace {
  const KnownPlace* known = nullptr;
  std::string path;  ///< absolute, as named
};

/// What the rows name in an environment. A variable may name what is not there; of defaults only those that are there
/// come, and of patterns what this user owns. A variable that is empty or holds a relative path names nothing; where a
/// tool's variable names a place, its default does not count.
std::vector<NamedPlace> named_places(const PlaceEnvironment& environment);

/// What one variable names; nothing when the table has no such variable, or the value is not an absolute path.
std::vector<NamedPlace> places_of_variable(std::string_view name, const std::string& value);

/// The file in which a cache manager of others keeps Triton's entries, in the directory of TRITON_CACHE_DIR.
inline constexpr const char* kStoreFile = "cache-v1.sqlite3";

}  // namespace tcm::cache
