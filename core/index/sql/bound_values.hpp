// SPDX-License-Identifier: Apache-2.0
// The values of one statement. Text from outside is always bound, never part of the SQL.
#pragma once

#include <string>
#include <vector>

#include "core/index/sql/sql_text.hpp"
#include "core/index/sql/value.hpp"

namespace tcm::index {

class BoundValues {
 public:
  explicit BoundValues(const SqlText& sql) : sql_(sql) {}

  /// Binds a value; returns what stands for it in the text.
  std::string bind(Value value);
  /// The same for a text that SqlText itself made.
  std::string bind_as_is(std::string text);

  const SqlText& sql() const { return sql_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  const SqlText& sql_;
  std::vector<Value> values_;
};

}  // namespace tcm::index
