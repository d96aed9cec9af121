// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/list.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/query/condition_query.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {
namespace {

// Not worth asking for by parts.
constexpr std::int64_t kFewRows = 1'000;

/// A column where `record` and `root` are joined.
std::string listed_expression(const RecordColumn& column) {
  switch (column.home) {
    case ColumnHome::record: break;
    case ColumnHome::root: return fmt::format("root.{}", column.stored);
    case ColumnHome::host: return fmt::format("(SELECT host.{} FROM host WHERE host.id = root.host_id)", column.stored);
  }
  return fmt::format("record.{}", column.stored);
}

/// Databases disagree on where nulls sort; here they come last. That is said only where there may be some, because it
/// keeps a database from using an index.
std::string column_order(const RecordColumn& column, const Criteria& criteria, std::string_view direction) {
  const bool text = compares_as_text(column);
  const std::string expression = column.ordered_by.empty() ? listed_expression(column) : compared_expression(column);
  const bool kernels_only = criteria.kinds == std::vector{model::EntryKind::kernel};
  const bool all_have_it = !column.optional || (column.name == "spill_bytes" && criteria.spilling) ||
                           (column.name == "name" && kernels_only);
  if (all_have_it) return fmt::format("{} {}", expression, direction);
  if (text) return fmt::format("NULLIF({}, '') {} NULLS LAST", expression, direction);
  return fmt::format("{} {} NULLS LAST", expression, direction);
}

/// Numbers, then texts, then records without the field.
std::string field_order(BoundValues& values, const Field& field, std::string_view direction) {
  const JsonField json = json_field(values, field);
  const SqlText& sql = values.sql();
  return fmt::format("{0} {2} NULLS LAST, {1} {2} NULLS LAST", sql.json_number(json.document, json.path),
                     sql.json_string(json.document, json.path), direction);
}

std::string order_text(QueryBuilder& query, const Criteria& criteria, const Order& order) {
  const std::string_view direction = order.ascending ? "ASC" : "DESC";
  std::string text;
  for (const Field& field : order.groups) text += compared_expression(*field.column) + ", ";
  const RecordColumn* column = order.by.column;
  text +=
      column == nullptr ? field_order(query.bound(), order.by, direction) : column_order(*column, criteria, direction);
  const bool by_key = column != nullptr && column->stored == "key";
  if (!by_key) text += ", record.key";
  if (by_key || order.whole_entries) text += ", record.root_id, record.ordinal";
  return text;
}

/// Where the columns of a row of the list arrive.
class RowReader {
 public:
  explicit RowReader(RecordColumns columns) : columns_(columns) {
    for (const RecordColumn& column : columns)
      if (is_read(column)) read_.push_back(&column);
    texts_.resize(read_.size());
    numbers_.resize(read_.size());
    present_.resize(read_.size(), soci::i_null);
  }

  void bind(BoundStatement& statement) {
    for (std::size_t i = 0; i < read_.size(); ++i) {
      if (is_text(*read_[i]))
        statement.into(texts_[i], present_[i]);
      else
        statement.into(numbers_[i], present_[i]);
    }
  }

  /// Fills `row`; the column whose value no release writes, when there is one.
  const RecordColumn* read(Row& row) {
    for (std::size_t i = 0; i < read_.size(); ++i) {
      ColumnValue value;
      if (present_[i] == soci::i_ok)
        value = is_text(*read_[i]) ? ColumnValue(texts_[i]) : ColumnValue(std::int64_t{numbers_[i]});
      if (!put_value(columns_, *read_[i], std::move(value), row)) return read_[i];
    }
    row.stamp.mtime_ns = row.modified_ns;
    return nullptr;
  }

 private:
  RecordColumns columns_;
  std::vector<const RecordColumn*> read_;
  std::vector<std::string> texts_;
  std::vector<long long> numbers_;
  std::vector<soci::indicator> present_;
};

FieldValue field_value(const std::string& value, const std::string& type) {
  using Kind = FieldValue::Kind;
  if (type == "text" || type == "string") return {Kind::text, value};
  if (type == "integer" || type == "real" || type == "number") return {Kind::number, value};
  if (type == "true" || type == "false") return {Kind::truth, type};
  if (type == "boolean") return {Kind::truth, value == "1" ? "true" : "false"};
  return {Kind::json, value};
}

/// Where the requested fields arrive, as text with its type.
class FieldReader {
 public:
  explicit FieldReader(std::size_t count) : texts_(count), types_(count), present_(2 * count, soci::i_null) {}

  void bind(BoundStatement& statement) {
    for (std::size_t i = 0; i < texts_.size(); ++i)
      statement.into(texts_[i], present_[2 * i]).into(types_[i], present_[2 * i + 1]);
  }

  void read(Row& row) const {
    row.extra.resize(texts_.size());
    for (std::size_t i = 0; i < texts_.size(); ++i)
      row.extra[i] = present_[2 * i] == soci::i_ok ? field_value(texts_[i], types_[i]) : FieldValue{};
  }

 private:
  std::vector<std::string> texts_;
  std::vector<std::string> types_;
  std::vector<soci::indicator> present_;
};

}  // namespace

std::string list_query(QueryBuilder& query, RecordColumns table, const Criteria& criteria, const Order& order,
                       std::optional<std::int64_t> limit, const std::vector<Field>& extra) {
  query.add(criteria);
  query.add("root.id = record.root_id");
  const std::string where = query.where();
  std::vector<std::string> columns;
  for (const RecordColumn& column : table)
    if (is_read(column)) columns.push_back(listed_expression(column));
  const SqlText& sql = query.bound().sql();
  for (const Field& field : extra) {
    const JsonField json = json_field(query.bound(), field);
    columns.push_back(sql.json_shown(json.document, json.path));
    columns.push_back(sql.json_kind(json.document, json.path));
  }
  const std::string sorted = order_text(query, criteria, order);
  // CROSS JOIN keeps the order in which the tables are named: rows come in the list's order, each then finds its root.
  return fmt::format("SELECT {} FROM record CROSS JOIN root{} ORDER BY {}{}", fmt::join(columns, ", "), where, sorted,
                     limit ? " LIMIT " + query.bind(std::max<std::int64_t>(*limit, 0)) : "");
}

Result<void> list_records(Session& session, RecordColumns columns, const Criteria& criteria, const Order& order,
                          std::optional<std::int64_t> limit, const std::function<void(const Row&)>& each,
                          const std::vector<Field>& extra) {
  return session.guard([&]() -> Result<void> {
    QueryBuilder query(session.dialect(), session.host_id());
    const std::string text = list_query(query, columns, criteria, order, limit, extra);
    const bool few = limit && *limit <= kFewRows;
    BoundStatement statement(session, text, query.values(), few ? Rows::few : Rows::many);
    RowReader reader(columns);
    FieldReader fields(extra.size());
    reader.bind(statement);
    fields.bind(statement);
    Row row;
    statement.execute();
    while (statement.fetch()) {
      if (const RecordColumn* unknown = reader.read(row))
        return session.damaged(fmt::format("a record of unknown {}", unknown->name));
      fields.read(row);
      each(row);
    }
    return {};
  });
}

}  // namespace tcm::index
