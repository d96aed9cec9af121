// SPDX-License-Identifier: Apache-2.0
// Conditions on fields as SQL. Fields inside JSON documents have no declared type: a comparison with a number sees only
// numbers, one with a text only texts, whatever order a database has between the two.
#include <algorithm>

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"

namespace tcm::index {
namespace {

const ColumnField* column_of(const Field& field) {
  for (const ColumnField& column : column_fields())
    if (column.name == field.path.front()) return &column;
  return nullptr;
}

}  // namespace

const std::vector<ColumnField>& column_fields() {
  static const std::vector<ColumnField> fields{
      {"key", "record.key", true},
      {"name", "record.name", true},
      {"kind", "record.kind", true},
      {"backend", "record.backend", true},
      {"arch", "record.arch", true},
      {"problem", "record.problem", true},
      {"version_rank", "record.version_rank"},
      {"num_warps", "record.num_warps"},
      {"num_stages", "record.num_stages"},
      {"num_ctas", "record.num_ctas"},
      {"warp_size", "record.warp_size"},
      {"shared", "record.shared_bytes"},
      {"shared_bytes", "record.shared_bytes"},
      {"size", "record.total_bytes"},
      {"total_bytes", "record.total_bytes"},
      {"ir_bytes", "record.ir_bytes"},
      {"assembly_bytes", "record.assembly_bytes"},
      {"binary_bytes", "record.binary_bytes"},
      {"source_bytes", "record.source_bytes"},
      {"module_bytes", "record.module_bytes"},
      {"metadata_bytes", "record.metadata_bytes"},
      {"other_bytes", "record.other_bytes"},
      {"file_count", "record.file_count"},
      {"spill_bytes", "record.spill_bytes"},
      {"hits", "record.hits"},
  };
  return fields;
}

namespace {

std::string_view document_of(const Field& field) {
  // Records without metadata have an empty text there, which is no JSON.
  return field.place == FieldPlace::resource
             ? "(SELECT figures FROM resource WHERE resource.record_id = record.id)"
             : "(SELECT metadata FROM detail WHERE detail.record_id = record.id AND metadata <> '')";
}

}  // namespace

std::string QueryBuilder::text_of(const Field& field) {
  if (field.place == FieldPlace::column) {
    const ColumnField* column = column_of(field);
    return column == nullptr ? "NULL" : fmt::format("CAST({} AS TEXT)", column->column);
  }
  return dialect_.json_shown(document_of(field), bind_as_is(dialect_.json_path(field.path)));
}

std::string QueryBuilder::has(const Field& field) {
  if (field.place == FieldPlace::column) return column_of(field) == nullptr ? "0 = 1" : "1 = 1";
  return text_of(field) + " IS NOT NULL";
}

std::string QueryBuilder::bind_operand(const Operand& operand) {
  if (const auto* truth = std::get_if<bool>(&operand)) return bind(std::int64_t{*truth ? 1 : 0});
  if (const auto* number = std::get_if<std::int64_t>(&operand)) return bind(*number);
  if (const auto* real = std::get_if<double>(&operand)) return dialect_.real_value(bind(*real));
  return bind(std::get<std::string>(operand));
}

std::string QueryBuilder::comparison(const Condition& condition) {
  const std::string_view sign = sign_of(condition.comparison);
  const bool is_text = std::holds_alternative<std::string>(condition.value);
  if (condition.field.place == FieldPlace::column) {
    const ColumnField* column = column_of(condition.field);
    if (column == nullptr || column->is_text != is_text) return "(0 = 1)";
    return fmt::format("({} {} {})", column->column, sign, bind_operand(condition.value));
  }
  const std::string path = bind_as_is(dialect_.json_path(condition.field.path));
  const std::string_view document = document_of(condition.field);
  const std::string json = is_text ? dialect_.json_string(document, path) : dialect_.json_number(document, path);
  return fmt::format("({} {} {})", json, sign, bind_operand(condition.value));
}

std::string QueryBuilder::condition(const Condition& condition) {
  if (condition.kind == Condition::Kind::comparison) return comparison(condition);
  std::vector<std::string> parts;
  for (const Condition& part : condition.parts) parts.push_back(this->condition(part));
  if (condition.kind == Condition::Kind::negation) return "(NOT " + parts.front() + ")";
  return "(" + fmt::format("{}", fmt::join(parts, condition.kind == Condition::Kind::any ? " OR " : " AND ")) + ")";
}

}  // namespace tcm::index
