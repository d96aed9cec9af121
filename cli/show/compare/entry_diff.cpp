// SPDX-License-Identifier: Apache-2.0
#include "cli/show/compare/entry_diff.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/show/compare/unified.hpp"
#include "cli/show/records.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/json_text.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using index::ColumnType;
using index::ColumnValue;
using service::ComparedColumn;
using service::ComparedField;
using service::ComparedFile;
using service::Side;

constexpr std::string_view kUnknown = "-";

/// "+3.2 KiB (+12%)"; empty of equal numbers.
std::string change_text(std::int64_t a, std::int64_t b, bool is_size) {
  if (a == b) return {};
  const bool more = b > a;
  const std::uint64_t high = static_cast<std::uint64_t>(more ? b : a);
  const std::uint64_t by = high - static_cast<std::uint64_t>(more ? a : b);
  std::string text = fmt::format("{}{}", more ? '+' : '-', is_size ? util::format_bytes(by) : count_text(by));
  if (a > 0) {
    const double percent = std::round(100.0 * static_cast<double>(by) / static_cast<double>(a));
    if (percent >= 1) text += fmt::format(" ({}{:.0f}%)", more ? '+' : '-', percent);
  }
  return text;
}

std::string change_text(const ComparedColumn& column) {
  const auto* a = std::get_if<std::int64_t>(&column.a);
  const auto* b = std::get_if<std::int64_t>(&column.b);
  const ColumnType type = column.column->type;
  if (a != nullptr && b != nullptr && type == ColumnType::time && *a != *b)
    return (*b > *a ? "+" : "-") + util::format_age(std::max(*a, *b), std::min(*a, *b));
  if (a == nullptr || b == nullptr || (type != ColumnType::number && type != ColumnType::bytes)) return {};
  return change_text(*a, *b, type == ColumnType::bytes);
}

std::optional<std::int64_t> integer_of(const std::optional<std::string>& json) {
  std::int64_t number = 0;
  if (!json) return std::nullopt;
  const auto [end, error] = std::from_chars(json->data(), json->data() + json->size(), number);
  return error == std::errc{} && end == json->data() + json->size() ? std::optional(number) : std::nullopt;
}

std::string change_text(const ComparedField& field) {
  const auto a = integer_of(field.a);
  const auto b = integer_of(field.b);
  return a && b ? change_text(*a, *b, false) : std::string();
}

std::string field_text(const std::optional<std::string>& json, const std::string& unit) {
  if (!json) return std::string(kUnknown);
  const auto text = json->starts_with('"') ? util::decode_json_string(*json) : std::nullopt;
  const std::string value = text.value_or(*json);
  return unit.empty() ? value : value + " " + unit;
}

std::string cell_text(const ComparedColumn& column, const ColumnValue& value) {
  return std::holds_alternative<std::monostate>(value) ? std::string(kUnknown) : column_text(*column.column, value, {});
}

Column value_column(const char* id, std::size_t least) {
  Column column{id, id, Align::left, 0, true};
  column.min_width = least;
  column.preferred_width = 25;  // a time
  return column;
}

/// The rows of columns, resources and metadata, which are called as --where calls them.
class FieldTable {
 public:
  explicit FieldTable(Context& context)
      : all_(context.verbose()),
        table_(context.out(),
               {value_column("field", 12), value_column("a", 10), value_column("b", 10), {"change", "change"}},
               context.out_terminal()) {}

  void add(const ComparedColumn& column) {
    add(column.equal(), std::string(column.column->name), cell_text(column, column.a), cell_text(column, column.b),
        change_text(column));
  }
  void add(std::string_view place, const ComparedField& field) {
    add(field.equal(), fmt::format("{}.{}", place, field.name), field_text(field.a, field.unit),
        field_text(field.b, field.unit), change_text(field));
  }
  void finish() { table_.finish(); }
  std::size_t printed() const { return table_.rows(); }
  std::size_t equal() const { return equal_; }

 private:
  void add(bool equal, std::string name, std::string a, std::string b, std::string change) {
    if (equal) ++equal_;
    if (!equal || all_) table_.add_row({std::move(name), std::move(a), std::move(b), std::move(change)});
  }

  bool all_;
  std::size_t equal_ = 0;
  Table table_;
};

std::string size_of(const model::Artifact* file) {
  return file == nullptr ? std::string(kUnknown) : util::format_bytes(file->bytes);
}

std::string_view content_of(const ComparedFile& file) {
  if (file.a == nullptr) return "only in B";
  if (file.b == nullptr) return "only in A";
  if (!file.same) return "unknown";
  return *file.same ? "equal" : "differs";
}

void print_files(Context& context, const service::EntryDiff& diff) {
  if (diff.files.empty()) return;
  context.out().write("\n");
  Table table(context.out(),
              {{"file", "file", Align::left, 0, true},
               {"kind", "kind", Align::left, 1},
               {"a", "a", Align::right},
               {"b", "b", Align::right},
               {"change", "change"},
               {"content", "content"}},
              context.out_terminal());
  for (const ComparedFile& file : diff.files) {
    const model::Artifact& any = file.any();
    const bool both = file.a != nullptr && file.b != nullptr;
    table.add_row(
        {any.name, std::string(to_string(any.kind)), size_of(file.a), size_of(file.b),
         both ? change_text(static_cast<std::int64_t>(file.a->bytes), static_cast<std::int64_t>(file.b->bytes), true)
              : std::string(),
         std::string(content_of(file))});
  }
  table.finish();
}

/// A field of the metadata that is a column stands in the table already.
bool is_column(const service::EntryDiff& diff, const ComparedField& field) {
  for (const ComparedColumn& column : diff.columns)
    if (column.column->name == field.name || column.column->json == field.name) return true;
  return false;
}

void write_raw(JsonWriter& json, std::string_view name, const std::optional<std::string>& value) {
  json.key(name);
  value ? json.raw(*value) : json.null();
}

void write_fields(JsonWriter& json, std::string_view name, const std::vector<ComparedField>& fields) {
  json.key(name).begin_array();
  for (const ComparedField& field : fields) {
    json.begin_object().field("name", field.name);
    if (!field.unit.empty()) json.field("unit", field.unit);
    write_raw(json, "a", field.a);
    write_raw(json, "b", field.b);
    json.field("equal", field.equal()).end_object();
  }
  json.end_array();
}

void write_file(JsonWriter& json, std::string_view name, const model::Artifact* file) {
  json.key(name);
  if (file == nullptr) {
    json.null();
    return;
  }
  json.begin_object().field("name", file->name).field("bytes", file->bytes).end_object();
}

void write_side(JsonWriter& json, std::string_view name, const Side& side) {
  json.key(name).begin_object().field("key", side.shown.row.key);
  json.key("path");
  side.root.empty() ? json.null() : json.value(side.name());
  json.field("indexed", side.indexed).end_object();
}

}  // namespace

void print_entry_diff(Context& context, const Side& a, const Side& b, const service::EntryDiff& diff) {
  for (const auto& [label, side] : {std::pair("A", &a), std::pair("B", &b)})
    context.out().write(fmt::format("{}  {}\n", label, util::escape_control(side->name())));
  context.out().write("\n");
  FieldTable table(context);
  for (const ComparedColumn& column : diff.columns) table.add(column);
  for (const ComparedField& field : diff.resources) table.add("resource", field);
  for (const ComparedField& field : diff.metadata)
    if (!is_column(diff, field)) table.add("metadata", field);
  table.finish();
  print_files(context, diff);
  context.out().flush();
  for (const std::string& problem : diff.problems) context.messages().warning(problem);
  if (table.equal() > 0 && !context.verbose())
    context.messages().hint(
        fmt::format("{} equal; -v shows them", counted(std::uint64_t{table.equal()}, "field is", "fields are")));
}

void write_entry_diff(Context& context, const Side& a, const Side& b, const service::EntryDiff& diff,
                      const service::TextDiff* text, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object().field("schema", 1);
  write_side(json, "a", a);
  write_side(json, "b", b);
  json.key("columns").begin_array();
  for (const ComparedColumn& column : diff.columns) {
    json.begin_object().field("name", column.column->json.empty() ? column.column->name : column.column->json);
    json.key("a");
    write_column_value(json, *column.column, column.a);
    json.key("b");
    write_column_value(json, *column.column, column.b);
    json.field("equal", column.equal()).end_object();
  }
  json.end_array();
  write_fields(json, "resources", diff.resources);
  write_fields(json, "metadata", diff.metadata);
  json.key("files").begin_array();
  for (const ComparedFile& file : diff.files) {
    json.begin_object().field("kind", to_string(file.any().kind)).field("type", file.any().type);
    write_file(json, "a", file.a);
    write_file(json, "b", file.b);
    json.field("equal", file.same).end_object();
  }
  json.end_array();
  if (text != nullptr) {
    json.key("text").begin_object().field("a", text->path_a).field("b", text->path_b);
    json.field("equal", text->equal()).field("binary", text->binary);
    json.field("removed", text->diff.removed()).field("added", text->diff.added());
    json.field("unified", unified_text(*text)).end_object();
  }
  json.end_object();
}

}  // namespace tcm::cli
