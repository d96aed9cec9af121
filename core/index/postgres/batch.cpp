// SPDX-License-Identifier: Apache-2.0
// A column of many rows travels as one array, and unnest() makes rows of the arrays.
#include "core/index/postgres/batch.hpp"

#include <set>
#include <string>

#include <fmt/format.h>

#include "core/index/postgres/stored_text.hpp"

namespace tcm::index {
namespace {

void append_text(std::string& array, std::string_view text) {
  array += '"';
  for (const char c : to_utf8(text)) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

/// One column of a batch on its way, as the text of an array.
class ArrayColumn {
 public:
  ArrayColumn(std::string_view name, std::string_view type) : name_(name), type_(type) {}

  void add(std::int64_t number) { next() += std::to_string(number); }
  void add(const std::string& text) { append_text(next(), text); }
  void add(std::monostate) { next() += "NULL"; }

  void close() { array_ += '}'; }
  const std::string& name() const { return name_; }
  const std::string& array() const { return array_; }
  std::string expression() const { return fmt::format("CAST(:{} AS {}[])", name_, type_); }

 private:
  std::string& next() {
    array_ += array_.empty() ? '{' : ',';
    return array_;
  }

  std::string name_;
  std::string_view type_;
  std::string array_;
};

/// Rows as a table `batch` for the statement that follows.
class Arrays {
 public:
  Arrays(RecordColumns columns, std::initializer_list<ColumnRole> roles, std::initializer_list<std::string_view> texts)
      : texts_(texts) {
    const auto stored = stored_columns(columns);
    for (const RecordColumn* column : stored_columns(columns, roles)) {
      places_.push_back(place_of(stored, column->stored));
      columns_.emplace_back(column->stored, is_text(*column) ? "TEXT" : "BIGINT");
    }
    for (const std::string_view text : texts_) columns_.emplace_back(text, "TEXT");
  }

  void add(const RecordRow& row) {
    auto column = columns_.begin();
    for (const std::size_t place : places_)
      std::visit([&](const auto& value) { (column++)->add(value); }, row.cells[place]);
    for (const std::string_view text : texts_) (column++)->add(row.*side_text(text));
  }

  /// "batch AS (…)".
  std::string table() const {
    std::string names;
    std::string arrays;
    for (const ArrayColumn& column : columns_) {
      names += (names.empty() ? "" : ", ") + column.name();
      arrays += (arrays.empty() ? "" : ", ") + column.expression();
    }
    return fmt::format("batch AS (SELECT * FROM unnest({}) AS rows({}))", arrays, names);
  }

  /// Runs a statement that begins with table().
  void run(soci::session& sql, const std::string& text) {
    soci::statement statement(sql);
    for (ArrayColumn& column : columns_) {
      column.close();
      statement.exchange(soci::use(column.array(), column.name()));
    }
    statement.alloc();
    statement.prepare(text, soci::details::st_one_time_query);
    statement.define_and_bind();
    statement.execute(true);
  }

 private:
  std::vector<std::size_t> places_;  // of the columns in a row's cells
  std::vector<std::string_view> texts_;
  std::vector<ArrayColumn> columns_;
};

/// Changes that stand next to each other and can go together: the same kind, and no entry twice.
template <class Change>
class Run {
 public:
  Run(const Batch& batch, std::size_t begin) {
    std::set<std::string_view> keys;
    for (std::size_t i = begin; i < batch.changes.size(); ++i) {
      const auto* change = std::get_if<Change>(&batch.changes[i]);
      if (change == nullptr) break;
      if constexpr (!std::is_same_v<Change, EntryRemoval>)
        if (!keys.insert(change->key).second) break;
      changes_.push_back(change);
    }
  }
  const std::vector<const Change*>& changes() const { return changes_; }

 private:
  std::vector<const Change*> changes_;
};

void write_run(soci::session& sql, const std::vector<const EntryPut*>& entries, const Batch& batch,
               std::int64_t& next_id) {
  using enum ColumnRole;
  const auto stored = stored_columns(batch.columns);
  const std::size_t id = place_of(stored, "id");
  const std::size_t first_seen = place_of(stored, "first_seen_ns");
  Arrays arrays(batch.columns, {fixed, identity, content, files},
                {"metadata", "artifacts", "problem_detail", "figures", "units"});
  for (const EntryPut* entry : entries)
    for (const RecordRow& row : entry->rows) {
      RecordRow made = row;
      made.cells[id] = next_id++;
      made.cells[first_seen] = batch.now_ns;
      arrays.add(made);
    }
  arrays.run(sql, fmt::format(R"(
    WITH {},
    written AS (
      INSERT INTO record ({}) SELECT {} FROM batch
      ON CONFLICT (key, root_id, ordinal) DO UPDATE SET {}
      RETURNING id AS record_id, key, ordinal),
    details AS (
      INSERT INTO detail (record_id, metadata, artifacts, problem_detail)
      SELECT record_id, metadata, artifacts, problem_detail FROM written JOIN batch USING (key, ordinal)
      ON CONFLICT (record_id) DO UPDATE SET metadata = excluded.metadata, artifacts = excluded.artifacts,
        problem_detail = excluded.problem_detail),
    resources AS (
      INSERT INTO resource (record_id, figures, units)
      SELECT record_id, figures, units FROM written JOIN batch USING (key, ordinal) WHERE figures <> ''
      ON CONFLICT (record_id) DO UPDATE SET figures = excluded.figures, units = excluded.units),
    without_resources AS (
      DELETE FROM resource USING written JOIN batch USING (key, ordinal)
      WHERE resource.record_id = written.record_id AND batch.figures = '')
    DELETE FROM record
    USING (SELECT root_id, key, MAX(ordinal) AS ordinal FROM batch GROUP BY root_id, key) AS last
    WHERE record.root_id = last.root_id AND record.key = last.key AND record.ordinal > last.ordinal)",
                              arrays.table(), list_columns(stored, "{name}"), list_columns(stored, "{name}"),
                              list_updates(batch.columns)));
}

void write_run(soci::session& sql, const std::vector<const FilesPut*>& entries, RecordColumns columns) {
  using enum ColumnRole;
  Arrays arrays(columns, {identity, files}, {"artifacts"});
  for (const FilesPut* entry : entries)
    for (const RecordRow& row : entry->rows) arrays.add(row);
  arrays.run(sql, fmt::format(R"(
    WITH {},
    updated AS (
      UPDATE record SET {} FROM batch
      WHERE record.key = batch.key AND record.root_id = batch.root_id AND record.ordinal = batch.ordinal
      RETURNING record.id AS record_id, batch.artifacts)
    UPDATE detail SET artifacts = updated.artifacts FROM updated WHERE detail.record_id = updated.record_id)",
                              arrays.table(), list_columns(stored_columns(columns, {files}), "{name} = batch.{name}")));
}

void write_run(soci::session& sql, const std::vector<const EntryRemoval*>& entries, std::int64_t root_id) {
  ArrayColumn ids("ids", "BIGINT");
  for (const EntryRemoval* entry : entries) ids.add(static_cast<long long>(entry->id));
  ids.close();
  sql << "DELETE FROM record WHERE root_id = :root_id AND key IN "
         "(SELECT one.key FROM record AS one WHERE one.id = ANY (CAST(:ids AS BIGINT[])))",
      soci::use(root_id, "root_id"), soci::use(ids.array(), "ids");
}

}  // namespace

void write_postgres_batch(soci::session& sql, const Batch& batch) {
  std::int64_t next_id = batch.first_id;
  for (std::size_t i = 0; i < batch.changes.size();) {
    if (const Run<EntryPut> puts(batch, i); !puts.changes().empty()) {
      write_run(sql, puts.changes(), batch, next_id);
      i += puts.changes().size();
    } else if (const Run<FilesPut> files(batch, i); !files.changes().empty()) {
      write_run(sql, files.changes(), batch.columns);
      i += files.changes().size();
    } else {
      const Run<EntryRemoval> removals(batch, i);
      write_run(sql, removals.changes(), batch.root_id);
      i += removals.changes().size();
    }
  }
}

void insert_postgres_rows(soci::session& sql, const Table& table, const std::vector<Cells>& rows) {
  soci::statement statement(sql);
  std::vector<ArrayColumn> arrays;
  for (const TableColumn& column : table.columns) arrays.emplace_back(column.name, column.is_text ? "TEXT" : "BIGINT");
  for (const Cells& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) std::visit([&](const auto& cell) { arrays[i].add(cell); }, row[i]);
  std::string expressions;
  for (ArrayColumn& array : arrays) {
    array.close();
    expressions += (expressions.empty() ? "" : ", ") + array.expression();
    statement.exchange(soci::use(array.array(), array.name()));
  }
  statement.alloc();
  statement.prepare(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM unnest({2}) AS rows({1})", table.name,
                                table.list_columns(), expressions),
                    soci::details::st_one_time_query);
  statement.define_and_bind();
  statement.execute(true);
}

}  // namespace tcm::index
