// SPDX-License-Identifier: Apache-2.0
// Conditions on fields as SQL. Fields inside JSON documents have no declared type: a comparison with a number sees only
// numbers, one with a text only texts, whatever order a database has between the two.
#pragma once

#include <string>
#include <string_view>

#include "core/index/sql/bound_values.hpp"
#include "core/index/values/columns.hpp"
#include "core/index/values/condition.hpp"

namespace tcm::index {

/// "=", "!=", …
std::string_view sign_of(Comparison comparison);

/// By what a column is compared and sorted, wherever `record` is. As a text, or as a number?
std::string compared_expression(const RecordColumn& column);
bool compares_as_text(const RecordColumn& column);

/// A resource or a field of the metadata, as SqlText::json_number() and its like want it.
struct JsonField {
  std::string_view document;
  std::string path;
};
JsonField json_field(BoundValues& values, const Field& field);

/// A condition on `record`: it has the field.
std::string has_field_condition(BoundValues& values, const Field& field);

/// The condition in SQL; `values` gets its operands.
std::string condition_text(BoundValues& values, const Condition& condition);

}  // namespace tcm::index
