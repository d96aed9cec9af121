// SPDX-License-Identifier: Apache-2.0
// The values of one statement. Text from outside is always bound, never part of the SQL.
#pragma once

#include <string>
#include <vector>

#include "core/index/sql/dialect.hpp"
#include "core/index/sql/value.hpp"

namespace tcm::index {

class BoundValues {
 public:
  explicit BoundValues(const Dialect& dialect) : dialect_(dialect) {}

  /// Binds a value; returns what stands for it in the text.
  std::string bind(Value value);
  /// The same for a text that the dialect itself made.
  std::string bind_as_is(std::string text);

  const Dialect& dialect() const { return dialect_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  const Dialect& dialect_;
  std::vector<Value> values_;
};

}  // namespace tcm::index
