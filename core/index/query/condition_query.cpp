// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/condition_query.hpp"

#include <algorithm>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "core/index/values/columns.hpp"

namespace tcm::index {
namespace {

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
    const RecordColumn& column = *condition.field.column;
    if (compares_as_text(column) != is_text) return "(0 = 1)";
    return fmt::format("({} {} {})", compared_expression(column), sign, bind_operand(values, condition.value));
  }
  const SqlText& sql = values.sql();
  const JsonField json = json_field(values, condition.field);
  const std::string value =
      is_text ? sql.json_string(json.document, json.path) : sql.json_number(json.document, json.path);
  return fmt::format("({} {} {})", value, sign, bind_operand(values, condition.value));
}

}  // namespace

std::string_view sign_of(Comparison comparison) {
  const auto* known = std::find_if(kComparisonSigns.begin(), kComparisonSigns.end(),
                                   [&](const ComparisonSign& sign) { return sign.comparison == comparison; });
  return known->sign;
}

std::string compared_expression(const RecordColumn& column) {
  if (!column.ordered_by.empty()) return fmt::format("record.{}", column.ordered_by);
  switch (column.home) {
    case ColumnHome::record: break;
    case ColumnHome::root:
      return fmt::format("(SELECT root.{} FROM root WHERE root.id = record.root_id)", column.stored);
    case ColumnHome::host:
      return fmt::format("(SELECT host.{} FROM host, root WHERE root.id = record.root_id AND host.id = root.host_id)",
                         column.stored);
  }
  return fmt::format("record.{}", column.stored);
}

bool compares_as_text(const RecordColumn& column) { return is_text(column) && column.ordered_by.empty(); }

JsonField json_field(BoundValues& values, const Field& field) {
  return {document_of(field), values.bind_as_is(values.sql().json_path(field.path))};
}

std::string has_field_condition(BoundValues& values, const Field& field) {
  if (field.place == FieldPlace::column) return "1 = 1";
  const JsonField json = json_field(values, field);
  return values.sql().json_shown(json.document, json.path) + " IS NOT NULL";
}

std::string condition_text(BoundValues& values, const Condition& condition) {
  if (condition.kind == Condition::Kind::comparison) return comparison_text(values, condition);
  std::vector<std::string> parts;
  for (const Condition& part : condition.parts) parts.push_back(condition_text(values, part));
  if (condition.kind == Condition::Kind::negation) return "(NOT " + parts.front() + ")";
  return "(" + fmt::format("{}", fmt::join(parts, condition.kind == Condition::Kind::any ? " OR " : " AND ")) + ")";
}

}  // namespace tcm::index
