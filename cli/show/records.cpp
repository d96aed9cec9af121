// SPDX-License-Identifier: Apache-2.0
#include "cli/show/records.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using index::ColumnType;
using index::ColumnValue;
using index::FieldValue;
using index::RecordColumn;
using index::RecordColumns;
using index::Row;

// Eight characters of a base32 key are 40 bits: unique in any cache, and short enough to type.
constexpr std::size_t kShortKeyLength = 8;

std::int64_t age_seconds(std::int64_t now_ns, std::int64_t time_ns) {
  return std::max<std::int64_t>(now_ns - time_ns, 0) / util::kSecond;
}

/// For programs: bytes, RFC 3339, seconds.
std::string data_text(const RecordColumn& column, const ColumnValue& value, std::int64_t now_ns) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return {};
  if (column.type == ColumnType::time) return util::format_rfc3339(*number);
  return fmt::to_string(column.type == ColumnType::age ? age_seconds(now_ns, *number) : *number);
}

void write_value(JsonWriter& json, const RecordColumn& column, const ColumnValue& value, std::int64_t now_ns) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (std::holds_alternative<std::monostate>(value))
    json.null();
  else if (number == nullptr || column.type == ColumnType::time)
    json.value(data_text(column, value, now_ns));
  else
    json.value(column.type == ColumnType::age ? age_seconds(now_ns, *number) : *number);
}

void write_value(JsonWriter& json, const FieldValue& value) {
  switch (value.kind) {
    case FieldValue::Kind::absent: json.null(); break;
    case FieldValue::Kind::text: json.value(value.text); break;
    case FieldValue::Kind::truth: json.value(value.text == "true"); break;
    case FieldValue::Kind::number:
    case FieldValue::Kind::json: json.raw(value.text); break;
  }
}

PrintedColumn printed(const RecordColumn& column) {
  PrintedColumn result{{std::string(column.name), std::string(column.name)}, &column};
  const bool left = index::is_text(column) || column.type == ColumnType::time;
  result.layout.align = left ? Align::left : Align::right;
  result.layout.drop_priority = column.look.drop;
  result.layout.flexible = column.look.flexible;
  return result;
}

/// Columns that --columns names are never dropped.
PrintedColumn printed(const std::string& word, std::size_t place) {
  PrintedColumn result{{word, word}, nullptr, place};
  result.layout.align = Align::right;
  return result;
}

void add_word(ColumnChoice& choice, const std::string& word) {
  if (const RecordColumn* column = index::find_column(choice.table, word)) {
    choice.columns.push_back(printed(*column));
    return;
  }
  choice.columns.push_back(printed(word, choice.fields.size()));
  choice.fields.push_back(word);
}

/// What a list is sorted by stands in it, before the directory, and is not the first to go.
void show_sorted(ColumnChoice& choice, const std::string& sort) {
  const std::string word = sort.substr(0, sort.find(':'));
  const RecordColumn* column = index::find_column(choice.table, word);
  const auto same = [&](const PrintedColumn& one) { return column != nullptr && one.column == column; };
  if (word.empty() || std::any_of(choice.columns.begin(), choice.columns.end(), same)) return;
  add_word(choice, word);
  choice.columns.back().layout.drop_priority = 0;
  std::rotate(choice.columns.end() - 2, choice.columns.end() - 1, choice.columns.end());
}

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::text: return "text";
    case ColumnType::word: return "word";
    case ColumnType::number: return "number";
    case ColumnType::bytes: return "bytes";
    case ColumnType::time: return "time";
    case ColumnType::age: return "duration";
    case ColumnType::version: return "version";
  }
  return "text";
}

}  // namespace

ColumnChoice choose_columns(RecordColumns table, const std::string& chosen, Format format, const std::string& sort) {
  const bool for_people = format == Format::table || format == Format::wide;
  ColumnChoice choice{table, {}, {}, !chosen.empty()};
  if (chosen.empty()) {
    for (const RecordColumn& column : table)
      if (!column.internal && (column.look.in_table || format != Format::table))
        choice.columns.push_back(printed(column));
    if (for_people) show_sorted(choice, sort);
    return choice;
  }
  for (const std::string_view part : util::split(chosen, ',')) add_word(choice, std::string(util::trim(part)));
  return choice;
}

void add_column_after(ColumnChoice& choice, const std::string& name, const std::string& behind) {
  const auto named = [&](const std::string& id) {
    return std::find_if(choice.columns.begin(), choice.columns.end(),
                        [&](const auto& one) { return one.layout.id == id; });
  };
  const RecordColumn* column = index::find_column(choice.table, name);
  if (column == nullptr || named(name) != choice.columns.end()) return;
  const auto place = named(behind);
  choice.columns.insert(place == choice.columns.end() ? place : place + 1, printed(*column));
}

std::vector<Column> layouts_of(const ColumnChoice& choice) {
  std::vector<Column> layouts;
  for (const PrintedColumn& column : choice.columns) layouts.push_back(column.layout);
  return layouts;
}

std::string column_text(RecordColumns table, const RecordColumn& column, const Row& row, const CellContext& context) {
  return column_text(column, index::value_of(table, column, row), context);
}

std::string column_text(const RecordColumn& column, const ColumnValue& value, const CellContext& context) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number != nullptr && column.type == ColumnType::bytes)
    return util::format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0)));
  if (number != nullptr && column.type == ColumnType::time) return util::format_local(*number);
  if (number != nullptr && column.type == ColumnType::age) return util::format_age(context.now_ns, *number);
  const std::string text = data_text(column, value, context.now_ns);
  return context.short_key && column.look.short_key ? text.substr(0, kShortKeyLength) : text;
}

std::vector<std::string> text_cells(const ColumnChoice& choice, const Row& row, const CellContext& context) {
  std::vector<std::string> cells;
  cells.reserve(choice.columns.size());
  for (const PrintedColumn& one : choice.columns)
    cells.push_back(one.column != nullptr ? column_text(choice.table, *one.column, row, context)
                                          : row.extra.at(one.field).text);
  return cells;
}

std::vector<std::string> data_cells(const ColumnChoice& choice, const Row& row, std::int64_t now_ns) {
  std::vector<std::string> cells;
  cells.reserve(choice.columns.size());
  for (const PrintedColumn& one : choice.columns)
    cells.push_back(one.column != nullptr
                        ? data_text(*one.column, index::value_of(choice.table, *one.column, row), now_ns)
                        : row.extra.at(one.field).text);
  return cells;
}

void write_column_value(JsonWriter& json, const RecordColumn& column, const ColumnValue& value) {
  write_value(json, column, value, 0);
}

void write_record_fields(JsonWriter& json, RecordColumns table, const Row& row) {
  for (const RecordColumn& column : table) {
    if (column.internal || column.json.empty()) continue;
    json.key(column.json);
    write_value(json, column, index::value_of(table, column, row), 0);
  }
}

void write_record_fields(JsonWriter& json, const ColumnChoice& choice, const Row& row, std::int64_t now_ns) {
  if (!choice.chosen) return write_record_fields(json, choice.table, row);
  std::set<std::string_view> written;
  for (const PrintedColumn& one : choice.columns) {
    if (one.column == nullptr) continue;
    const std::string_view name = one.column->json.empty() ? one.column->name : one.column->json;
    if (!written.insert(name).second) continue;
    json.key(name);
    write_value(json, *one.column, index::value_of(choice.table, *one.column, row), now_ns);
  }
  if (choice.fields.empty()) return;
  written.clear();
  json.key("fields").begin_object();
  for (std::size_t i = 0; i < choice.fields.size(); ++i) {
    if (!written.insert(choice.fields[i]).second) continue;
    json.key(choice.fields[i]);
    write_value(json, row.extra.at(i));
  }
  json.end_object();
}

void print_columns(Sink& out, const Terminal& terminal, RecordColumns table, Format format) {
  if (is_machine_format(format)) {
    JsonWriter json(out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.begin_object().field("schema", 1).key("columns").begin_array();
    for (const RecordColumn& column : table) {
      if (column.internal) continue;
      json.begin_object().field("name", column.name);
      json.key("json_name");
      column.json.empty() ? json.null() : json.value(column.json);
      json.key("alias");
      column.alias.empty() ? json.null() : json.value(column.alias);
      json.field("type", type_name(column.type)).field("optional", column.optional);
      json.field("in_table", column.look.in_table).field("meaning", column.meaning);
      json.end_object();
    }
    json.end_array().end_object();
    return;
  }
  Table printed(out,
                {{"name", "name"},
                 {"json name", "json name"},
                 {"type", "type", Align::left, 1},
                 {"meaning", "meaning", Align::left, 0, true}},
                terminal);
  for (const RecordColumn& column : table)
    if (!column.internal)
      printed.add_row({std::string(column.name), std::string(column.json), std::string(type_name(column.type)),
                       std::string(column.meaning)});
  printed.finish();
}

}  // namespace tcm::cli
