// SPDX-License-Identifier: Apache-2.0
#include "cli/show/records.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using index::Row;

// Eight characters of a base32 key are 40 bits: unique in any cache, and short enough to type.
constexpr std::size_t kShortKeyLength = 8;

std::string number(const std::optional<std::int64_t>& value) { return value ? fmt::to_string(*value) : std::string(); }

std::string size_text(std::uint64_t bytes) { return util::format_bytes(bytes); }

RecordColumn text_column(std::string id, int drop, bool in_table, std::string (*cell)(const Row&)) {
  RecordColumn column;
  column.layout.id = id;
  column.layout.header = std::move(id);
  column.layout.drop_priority = drop;
  column.in_table = in_table;
  column.text = [cell](const Row& row, const CellContext&) { return cell(row); };
  column.data = cell;
  return column;
}

RecordColumn number_column(std::string id, int drop, bool in_table, std::string (*cell)(const Row&)) {
  RecordColumn column = text_column(std::move(id), drop, in_table, cell);
  column.layout.align = Align::right;
  return column;
}

RecordColumn size_column(std::string id, int drop, bool in_table, std::uint64_t (*bytes)(const Row&)) {
  RecordColumn column;
  column.layout.id = id;
  column.layout.header = std::move(id);
  column.layout.align = Align::right;
  column.layout.drop_priority = drop;
  column.in_table = in_table;
  column.text = [bytes](const Row& row, const CellContext&) { return size_text(bytes(row)); };
  column.data = [bytes](const Row& row) { return fmt::to_string(bytes(row)); };
  return column;
}

RecordColumn key_column() {
  RecordColumn column = text_column("key", 0, true, [](const Row& row) { return row.key; });
  column.text = [](const Row& row, const CellContext& context) {
    return context.short_key ? short_key(row.key) : row.key;
  };
  return column;
}

RecordColumn name_column() {
  RecordColumn column = text_column("name", 0, true, [](const Row& row) { return row.name; });
  column.layout.flexible = true;
  return column;
}

RecordColumn time_column(std::string id, bool in_table, bool age, std::int64_t (*time)(const Row&)) {
  RecordColumn column;
  column.layout.id = id;
  column.layout.header = std::move(id);
  column.layout.align = age ? Align::right : Align::left;
  column.layout.drop_priority = age ? 6 : 1;
  column.in_table = in_table;
  column.text = [time, age](const Row& row, const CellContext& context) {
    return age ? util::format_age(context.now_ns, time(row)) : util::format_local(time(row));
  };
  column.data = [time](const Row& row) { return util::format_rfc3339(time(row)); };
  return column;
}

RecordColumn last_hit_column() {
  RecordColumn column = text_column("last_hit", 1, false, [](const Row& row) {
    return row.last_hit_ns ? util::format_rfc3339(*row.last_hit_ns) : std::string();
  });
  column.text = [](const Row& row, const CellContext&) {
    return row.last_hit_ns ? util::format_local(*row.last_hit_ns) : std::string();
  };
  return column;
}

// When it gets narrow, columns go in the order of their drop number: directory first, then stages, warps, version,
// arch.
std::vector<RecordColumn> make_columns() {
  std::vector<RecordColumn> columns;
  columns.push_back(key_column());
  columns.push_back(name_column());
  columns.push_back(text_column("kind", 1, false, [](const Row& row) { return std::string(to_string(row.kind)); }));
  columns.push_back(text_column("backend", 7, true, [](const Row& row) { return row.backend; }));
  columns.push_back(text_column("arch", 5, true, [](const Row& row) { return row.arch; }));
  columns.push_back(text_column("version", 4, true, [](const Row& row) { return row.triton_version; }));
  columns.push_back(number_column("warps", 3, true, [](const Row& row) { return number(row.num_warps); }));
  columns.push_back(number_column("stages", 2, true, [](const Row& row) { return number(row.num_stages); }));
  columns.push_back(number_column("ctas", 1, false, [](const Row& row) { return number(row.num_ctas); }));
  columns.push_back(number_column("warp_size", 1, false, [](const Row& row) { return number(row.warp_size); }));
  columns.push_back(number_column("shared", 1, false, [](const Row& row) { return number(row.shared_bytes); }));
  columns.push_back(size_column("size", 0, true, [](const Row& row) { return row.bytes.total(); }));
  columns.push_back(size_column("ir", 1, false, [](const Row& row) { return row.bytes.ir; }));
  columns.push_back(size_column("assembly", 1, false, [](const Row& row) { return row.bytes.assembly; }));
  columns.push_back(size_column("binary", 1, false, [](const Row& row) { return row.bytes.binary; }));
  columns.push_back(number_column("spill_bytes", 1, false, [](const Row& row) { return number(row.spill_bytes); }));
  columns.push_back(number_column("files", 1, false, [](const Row& row) { return fmt::to_string(row.file_count); }));
  columns.push_back(time_column("age", true, true, [](const Row& row) { return row.modified_ns; }));
  columns.push_back(time_column("modified", false, false, [](const Row& row) { return row.modified_ns; }));
  columns.push_back(number_column("hits", 1, false, [](const Row& row) { return number(row.hits); }));
  columns.push_back(last_hit_column());
  columns.push_back(time_column("first_seen", false, false, [](const Row& row) { return row.first_seen_ns; }));
  columns.push_back(text_column("layout", 1, false, [](const Row& row) { return std::string(to_string(row.layout)); }));
  columns.push_back(
      text_column("problem", 1, false, [](const Row& row) { return std::string(to_string(row.problem)); }));
  columns.push_back(text_column("host", 1, false, [](const Row& row) { return row.host; }));
  columns.push_back(text_column("dir", 1, true, [](const Row& row) { return row.root; }));
  return columns;
}

/// A column for a field that the index was asked for by name; columns asked for are never dropped.
RecordColumn field_column(const std::string& name, std::size_t position) {
  RecordColumn column;
  column.layout.id = name;
  column.layout.header = name;
  column.layout.align = Align::right;
  column.text = [position](const Row& row, const CellContext&) { return row.extra[position]; };
  column.data = [position](const Row& row) { return row.extra[position]; };
  return column;
}

/// Absent text is null, so that a script need not know that empty means unknown.
void text_field(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

}  // namespace

std::string short_key(const std::string& key) { return key.substr(0, kShortKeyLength); }

const std::vector<RecordColumn>& record_columns() {
  static const std::vector<RecordColumn> columns = make_columns();
  return columns;
}

ColumnChoice choose_columns(const std::string& chosen, Format format) {
  ColumnChoice choice;
  if (chosen.empty()) {
    for (const RecordColumn& column : record_columns())
      if (column.in_table || format != Format::table) choice.columns.push_back(column);
    return choice;
  }
  for (const std::string_view part : util::split(chosen, ',')) {
    const std::string word(util::trim(part));
    const std::string id = util::lower_ascii(word);
    const auto& all = record_columns();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& column) { return column.layout.id == id; });
    if (found != all.end()) {
      choice.columns.push_back(*found);
    } else {
      choice.columns.push_back(field_column(word, choice.fields.size()));
      choice.fields.push_back(word);
    }
  }
  return choice;
}

std::vector<std::string> column_names() {
  std::vector<std::string> names;
  for (const RecordColumn& column : record_columns()) names.push_back(column.layout.id);
  return names;
}

std::vector<Column> layouts_of(const ColumnChoice& choice) {
  std::vector<Column> layouts;
  for (const RecordColumn& column : choice.columns) layouts.push_back(column.layout);
  return layouts;
}

void write_extra_fields(JsonWriter& json, const Row& row, const std::vector<std::string>& fields) {
  if (fields.empty()) return;
  json.key("fields").begin_object();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    json.key(fields[i]);
    const std::string& text = row.extra[i];
    const bool number = !text.empty() && text.find_first_not_of("0123456789.-+eE") == std::string::npos;
    if (number)
      json.raw(text);
    else if (text.empty())
      json.null();
    else
      json.value(text);
  }
  json.end_object();
}

void write_record_fields(JsonWriter& json, const Row& row) {
  json.field("key", row.key);
  text_field(json, "name", row.name);
  text_field(json, "backend", row.backend);
  text_field(json, "arch", row.arch);
  text_field(json, "triton_version", row.triton_version);
  json.field("num_warps", row.num_warps);
  json.field("num_stages", row.num_stages);
  json.field("num_ctas", row.num_ctas);
  json.field("warp_size", row.warp_size);
  json.field("shared_bytes", row.shared_bytes);
  json.field("total_bytes", row.bytes.total());
  json.field("ir_bytes", row.bytes.ir);
  json.field("assembly_bytes", row.bytes.assembly);
  json.field("binary_bytes", row.bytes.binary);
  json.field("source_bytes", row.bytes.source);
  json.field("module_bytes", row.bytes.module);
  json.field("metadata_bytes", row.bytes.metadata);
  json.field("other_bytes", row.bytes.other);
  json.field("spill_bytes", row.spill_bytes);
  json.field("file_count", row.file_count);
  json.field("modified", util::format_rfc3339(row.modified_ns));
  json.field("first_seen", util::format_rfc3339(row.first_seen_ns));
  json.field("hits", row.hits);
  json.key("last_hit");
  if (row.last_hit_ns)
    json.value(util::format_rfc3339(*row.last_hit_ns));
  else
    json.null();
  json.field("root", row.root);
  text_field(json, "host", row.host);
  json.field("layout", to_string(row.layout));
  json.field("kind", to_string(row.kind));
  text_field(json, "problem", std::string(to_string(row.problem)));
}

}  // namespace tcm::cli
