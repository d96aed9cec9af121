// SPDX-License-Identifier: Apache-2.0
// From Criteria to the text of a condition and the values bound in it. Text from outside is always bound, never part of
// the SQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/sql/bound_values.hpp"
#include "core/index/sql/sql_text.hpp"
#include "core/index/sql/value.hpp"
#include "core/index/values/criteria.hpp"

namespace tcm::index {

/// Collects conditions, all of which must hold, on `record` (and on `root`, where a function says so).
class QueryBuilder {
 public:
  /// `host_id` is whose rows Criteria means when they do not say all.
  explicit QueryBuilder(const SqlText& sql, std::int64_t host_id = 0) : values_(sql), host_id_(host_id) {}

  /// Binds a value; returns what stands for it in the text.
  std::string bind(Value value);
  /// The same for a text that SqlText itself made.
  std::string bind_as_is(std::string text);
  /// Adds a condition, whose values were bound before.
  void add(std::string condition);
  /// Adds everything that `criteria` asks for.
  void add(const Criteria& criteria);

  /// A condition on `root`: one of these paths, or below one.
  void roots_at_or_below(const std::vector<std::string>& paths);
  /// A condition on `root`: none of these paths.
  void root_path_not_in(const std::vector<std::string>& paths);

  /// A condition on `record`: it has the field.
  std::string has(const Field& field);

  /// " WHERE …", or nothing when there is no condition.
  std::string where() const;
  const std::vector<Value>& values() const { return values_.values(); }
  BoundValues& bound() { return values_; }

 private:
  const SqlText& sql() const { return values_.sql(); }
  std::string root_column(std::string_view table) const;
  std::string ids(const std::vector<std::int64_t>& ids);
  void add_hosts(const Criteria& criteria);
  std::string bind_list(const std::vector<std::string_view>& texts);
  std::string one_of(std::string_view column, const std::vector<std::string_view>& texts);
  std::string any_glob(const std::vector<std::string_view>& patterns);
  std::string roots_condition(const std::vector<std::string>& paths);
  void add_texts(std::string_view column, const std::vector<TextMatch>& matches);
  void add_globs(const std::vector<TextMatch>& matches);
  void add_archs(const std::vector<ArchMatch>& matches);
  void add_kinds(const std::vector<model::EntryKind>& kinds);
  void add_key_prefix(const std::string& prefix);
  void compare(std::string_view column, Comparison comparison, std::int64_t value);

  BoundValues values_;
  std::int64_t host_id_;
  std::vector<std::string> conditions_;
};

}  // namespace tcm::index
