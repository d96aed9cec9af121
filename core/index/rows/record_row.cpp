// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/record_row.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "core/index/rows/artifact_text.hpp"
#include "core/index/rows/resource_text.hpp"

namespace tcm::index {
namespace {

// Of one record. Sparse files can claim any size; sums over records must still fit.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

// As long as file names are, with room: names, targets and versions are that short, unless somebody made them up.
// Longer ones fit no index of a database.
constexpr std::size_t kLongestText = 1'024;

std::string bounded(std::string text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Metadata may spell a zero byte ("\u0000"), which ends a text early in one database and is refused by another.
std::string without_zeros(const std::string& text) {
  if (text.find('\0') == std::string::npos) return text;
  std::string out;
  for (const char c : text) {
    if (c == '\0')
      out += "\xEF\xBF\xBD";
    else
      out += c;
  }
  return out;
}

ColumnValue cell(const RecordColumn& column, const RecordSource& source) {
  if (column.taken == nullptr) return {};
  ColumnValue value = column.taken(source);
  if (auto* text = std::get_if<std::string>(&value)) return bounded(without_zeros(*text));
  return value;
}

model::ByteTotals bounded_totals(const std::vector<model::Artifact>& artifacts) {
  model::ByteTotals totals;
  std::uint64_t left = kMostBytes;
  for (const model::Artifact& artifact : artifacts) {
    const std::uint64_t bytes = std::min(artifact.bytes, left);
    totals.add(artifact.kind, bytes);
    left -= bytes;
  }
  return totals;
}

}  // namespace

std::string RecordRow::*side_text(std::string_view name) {
  for (const SideText& text : kSideTexts)
    if (text.name == name) return text.member;
  throw std::logic_error("no such text: " + std::string(name));
}

std::vector<const RecordColumn*> stored_columns(RecordColumns columns, std::initializer_list<ColumnRole> roles) {
  std::vector<const RecordColumn*> stored;
  for (const RecordColumn& column : columns)
    if (is_stored(column) && (roles.size() == 0 || std::find(roles.begin(), roles.end(), column.role) != roles.end()))
      stored.push_back(&column);
  return stored;
}

std::size_t place_of(const std::vector<const RecordColumn*>& stored, std::string_view name) {
  const auto found = std::find_if(stored.begin(), stored.end(), [&](const auto* one) { return one->stored == name; });
  if (found == stored.end()) throw std::logic_error("no such column: " + std::string(name));
  return static_cast<std::size_t>(found - stored.begin());
}

std::vector<RecordRow> rows_of(RecordColumns columns, std::int64_t root_id, const model::Entry& entry) {
  const auto stored = stored_columns(columns);
  std::vector<RecordRow> rows(entry.records.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const model::Record& record = entry.records[i];
    const RecordSource source{root_id, entry, record, static_cast<std::int64_t>(i), bounded_totals(record.artifacts)};
    RecordRow& row = rows[i];
    row.cells.reserve(stored.size());
    for (const RecordColumn* column : stored) row.cells.push_back(cell(*column, source));
    row.metadata = without_zeros(record.facts.metadata);
    row.artifacts = pack_artifacts(record.artifacts);
    row.problem_detail = without_zeros(record.problem_detail);
    row.figures = pack_figures(record.resources);
    row.units = pack_units(record.resources);
  }
  return rows;
}

std::string list_columns(const std::vector<const RecordColumn*>& columns, std::string_view each) {
  std::string list;
  for (const RecordColumn* column : columns) {
    if (!list.empty()) list += ", ";
    list += fmt::format(fmt::runtime(each), fmt::arg("name", column->stored));
  }
  return list;
}

std::string list_updates(RecordColumns columns) {
  std::string list;
  for (const RecordColumn* column : stored_columns(columns, {ColumnRole::content, ColumnRole::files})) {
    if (!list.empty()) list += ", ";
    list += column->merged.empty() ? fmt::format("{0} = excluded.{0}", column->stored)
                                   : fmt::format("{} = {}", column->stored, column->merged);
  }
  return list;
}

}  // namespace tcm::index
