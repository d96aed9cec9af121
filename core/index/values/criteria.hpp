// SPDX-License-Identifier: Apache-2.0
// What a user can ask the index for. Every member narrows; alternatives are inside a member. An absent bound is absent:
// a bound of zero is a bound.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/values/columns.hpp"
#include "core/index/values/condition.hpp"
#include "core/model/words.hpp"

namespace tcm::index {

/// One alternative of a text filter; with `negate`, rows that match are left out.
struct TextMatch {
  std::string text;
  bool negate = false;
};

struct SizeBound {
  Comparison comparison = Comparison::equal;
  std::int64_t bytes = 0;
};

/// On the sortable form of a Triton version, see version_rank().
struct VersionBound {
  Comparison comparison = Comparison::equal;
  std::int64_t rank = 0;
};

/// A canonical architecture, of one backend or (empty) of any.
struct ArchMatch {
  std::string backend;
  std::string arch;
  bool negate = false;
};

/// Alternatives within a vector are joined by "or" (negated ones by "and not"); members by "and".
struct Criteria {
  std::vector<TextMatch> names{};     ///< exact
  std::vector<TextMatch> globs{};     ///< shell patterns on the name: * ? [a-z]
  std::vector<TextMatch> backends{};  ///< Triton target names
  std::vector<ArchMatch> archs{};
  std::vector<VersionBound> triton_versions{};       ///< all must hold; a row without a version matches none
  std::vector<model::EntryKind> kinds{};             ///< empty: any
  std::optional<std::int64_t> modified_before_ns{};  ///< strictly
  std::optional<std::int64_t> modified_after_ns{};   ///< strictly
  std::vector<SizeBound> sizes{};                    ///< on total bytes; all must hold
  std::vector<std::string>
      root_paths{};  ///< canonical; a row of one of these roots, or of a root below one; empty: any
  std::string key_prefix{};
  bool with_problem = false;       ///< only rows with a problem
  bool spilling = false;           ///< only rows that spill
  bool elsewhere = false;          ///< only kernels whose groups name another directory than their root
  std::vector<Condition> where{};  ///< all must hold
  bool all_hosts = false;          ///< else only rows of this host, see Index::use_host
  /// Only rows of these roots; absent: any.
  std::optional<std::vector<std::int64_t>> root_ids{};
  std::vector<std::int64_t> without_root_ids{};
  /// Only rows whose key is in none of these roots; absent: any.
  std::optional<std::vector<std::int64_t>> missing_in_root_ids{};
};

/// Rows that lack what they are sorted by come last, in both directions. Ties are broken by key, ascending.
struct Order {
  Field by = column_field("modified");
  bool ascending = false;
  /// What rows are sorted by before: those that agree in all of it stand together.
  std::vector<Field> groups{};
  /// Further ties by root and ordinal, so that the records of an entry follow each other. Of an order by key always.
  bool whole_entries = false;
};

}  // namespace tcm::index
