// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/condition_query.hpp"

#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "core/index/values/column_fields.hpp"

namespace tcm::index {
namespace {

const ColumnField* column_of(const Field& field) {
  for (const ColumnField& column : column_fields())
    if (column.name == field.path.front()) return &column;
  return nullptr;
}

std::string_view document_of(const Field& field) {
  // Records without metadata have an empty text there, which is no JSON.
  return field.place == FieldPlace::resource
             ? "(SELECT figures FROM resource WHERE resource.record_id = record.id)"
             : "(SELECT metadata FROM detail WHERE detail.record_id = record.id AND metadata <> '')";
}

std::string bind_operand(BoundValues& values, const Operand& operand) {
  if (const auto* truth = std::get_if<bool>(&operand)) return values.bind(std::int64_t{*truth ? 1 : 0});
  if (const auto* number = std::get_if<std::int64_t>(&operand)) return values.bind(*number);
  if (const auto* real = std::get_if<double>(&operand)) return values.sql().real_value(values.bind(*real));
  return values.bind(std::get<std::string>(operand));
}

std::string comparison_text(BoundValues& values, const Condition& condition) {
  const std::string_view sign = sign_of(condition.comparison);
  const bool is_text = std::holds_alternative<std::string>(condition.value);
  if (condition.field.place == FieldPlace::column) {
    const ColumnField* column = column_of(condition.field);
    if (column == nullptr || column->is_text != is_text) return "(0 = 1)";
    return fmt::format("({} {} {})", column->column, sign, bind_operand(values, condition.value));
  }
  const SqlText& sql = values.sql();
  const std::string path = values.bind_as_is(sql.json_path(condition.field.path));
  const std::string_view document = document_of(condition.field);
  const std::string json = is_text ? sql.json_string(document, path) : sql.json_number(document, path);
  return fmt::format("({} {} {})", json, sign, bind_operand(values, condition.value));
}

}  // namespace

std::string_view sign_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal: return "=";
    case Comparison::not_equal: return "<>";
    case Comparison::less: return "<";
    case Comparison::less_equal: return "<=";
    case Comparison::greater: return ">";
    case Comparison::greater_equal: return ">=";
  }
  return "=";
}

std::string field_text(BoundValues& values, const Field& field) {
  if (field.place == FieldPlace::column) {
    const ColumnField* column = column_of(field);
    return column == nullptr ? "NULL" : fmt::format("CAST({} AS TEXT)", column->column);
  }
  const SqlText& sql = values.sql();
  return sql.json_shown(document_of(field), values.bind_as_is(sql.json_path(field.path)));
}

std::string has_field_condition(BoundValues& values, const Field& field) {
  if (field.place == FieldPlace::column) return column_of(field) == nullptr ? "0 = 1" : "1 = 1";
  return field_text(values, field) + " IS NOT NULL";
}

std::string condition_text(BoundValues& values, const Condition& condition) {
  if (condition.kind == Condition::Kind::comparison) return comparison_text(values, condition);
  std::vector<std::string> parts;
  for (const Condition& part : condition.parts) parts.push_back(condition_text(values, part));
  if (condition.kind == Condition::Kind::negation) return "(NOT " + parts.front() + ")";
  return "(" + fmt::format("{}", fmt::join(parts, condition.kind == Condition::Kind::any ? " OR " : " AND ")) + ")";
}

}  // namespace tcm::index
