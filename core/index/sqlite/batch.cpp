// SPDX-License-Identifier: Apache-2.0
#include "core/index/sqlite/batch.hpp"

#include <string>

#include <fmt/format.h>

namespace tcm::index {
namespace {

// Which row of `record` the bound row is.
constexpr const char* kThisRow = "key = :key AND root_id = :root_id AND ordinal = :ordinal";

void bind(soci::statement& statement, const RowColumn& column, RecordRow& row) {
  const std::string name(column.name);
  if (const auto* number = std::get_if<long long RecordRow::*>(&column.field))
    statement.exchange(soci::use(row.**number, name));
  else if (const auto* text = std::get_if<std::string RecordRow::*>(&column.field))
    statement.exchange(soci::use(row.**text, name));
  else if (const auto* optional = std::get_if<OptionalField RecordRow::*>(&column.field))
    statement.exchange(soci::use((row.**optional).value, (row.**optional).indicator, name));
}

void bind_identity(soci::statement& statement, RecordRow& row) {
  for (const RowColumn& column : record_columns())
    if (column.role == ColumnRole::identity) bind(statement, column, row);
}

void prepare(soci::statement& statement, const std::string& text) {
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
}

// Prepared once a batch: a statement that outlives its transaction would hold the database open.
class Statements {
 public:
  explicit Statements(soci::session& sql)
      : upsert_record_(sql),
        upsert_detail_(sql),
        upsert_resource_(sql),
        remove_resource_(sql),
        remove_surplus_(sql),
        remove_(sql),
        update_files_(sql),
        update_artifacts_(sql) {
    prepare_record();
    prepare_files();
    const auto texts = [this](soci::statement& statement, std::initializer_list<const char*> names) {
      for (const char* name : names) statement.exchange(soci::use(text_named(name), name));
      bind_identity(statement, row_);
    };
    texts(upsert_detail_, {"metadata", "artifacts", "problem_detail"});
    prepare(upsert_detail_, fmt::format("INSERT INTO detail (record_id, metadata, artifacts, problem_detail) "
                                        "SELECT id, :metadata, :artifacts, :problem_detail FROM record WHERE {} "
                                        "ON CONFLICT (record_id) DO UPDATE SET metadata = excluded.metadata, "
                                        "artifacts = excluded.artifacts, problem_detail = excluded.problem_detail",
                                        kThisRow));
    texts(upsert_resource_, {"figures", "units"});
    prepare(upsert_resource_,
            fmt::format("INSERT INTO resource (record_id, figures, units) SELECT id, :figures, :units FROM record "
                        "WHERE {} ON CONFLICT (record_id) DO UPDATE SET figures = excluded.figures, "
                        "units = excluded.units",
                        kThisRow));
    texts(remove_resource_, {});
    prepare(remove_resource_,
            fmt::format("DELETE FROM resource WHERE record_id = (SELECT id FROM record WHERE {})", kThisRow));
    texts(update_artifacts_, {"artifacts"});
    prepare(update_artifacts_, fmt::format("UPDATE detail SET artifacts = :artifacts WHERE record_id = "
                                           "(SELECT id FROM record WHERE {})",
                                           kThisRow));
    bind_identity(remove_surplus_, row_);
    prepare(remove_surplus_, "DELETE FROM record WHERE key = :key AND root_id = :root_id AND ordinal > :ordinal");
    remove_.exchange(soci::use(row_.root_id, "root_id"));
    remove_.exchange(soci::use(row_.id, "id"));
    prepare(remove_,
            "DELETE FROM record WHERE root_id = :root_id AND key = (SELECT key FROM record AS one WHERE one.id = :id)");
  }

  void put(const EntryPut& entry, std::int64_t& next_id, std::int64_t now) {
    for (const RecordRow& row : entry.rows) {
      // Copied, so that a batch can be written again. The copy reuses the memory of the row before.
      row_ = row;
      row_.id = next_id++;
      row_.first_seen_ns = now;
      upsert_record_.execute(true);
      upsert_detail_.execute(true);
      (row.figures.empty() ? remove_resource_ : upsert_resource_).execute(true);
    }
    remove_surplus_.execute(true);  // bound to the last ordinal
  }

  void put(const FilesPut& entry) {
    for (const RecordRow& row : entry.rows) {
      row_ = row;
      update_files_.execute(true);
      update_artifacts_.execute(true);
    }
  }

  void remove(std::int64_t root_id, std::int64_t id) {
    row_.root_id = root_id;
    row_.id = id;
    remove_.execute(true);
  }

 private:
  void prepare_record() {
    using enum ColumnRole;
    for (const RowColumn& column : record_columns()) bind(upsert_record_, column, row_);
    prepare(upsert_record_,
            fmt::format("INSERT INTO record ({}) VALUES ({}) ON CONFLICT (key, root_id, ordinal) DO UPDATE SET {}",
                        list_columns("{name}"), list_columns(":{name}"),
                        list_columns("{name} = excluded.{name}", {content, files})));
  }

  void prepare_files() {
    for (const RowColumn& column : record_columns())
      if (column.role == ColumnRole::files) bind(update_files_, column, row_);
    bind_identity(update_files_, row_);
    prepare(update_files_, fmt::format("UPDATE record SET {} WHERE {}",
                                       list_columns("{name} = :{name}", {ColumnRole::files}), kThisRow));
  }

  std::string& text_named(std::string_view name) {
    if (name == "metadata") return row_.metadata;
    if (name == "artifacts") return row_.artifacts;
    if (name == "figures") return row_.figures;
    if (name == "units") return row_.units;
    return row_.problem_detail;
  }

  RecordRow row_;
  soci::statement upsert_record_, upsert_detail_, upsert_resource_, remove_resource_, remove_surplus_, remove_,
      update_files_, update_artifacts_;
};

}  // namespace

void write_sqlite_batch(soci::session& sql, const Batch& batch) {
  Statements statements(sql);
  std::int64_t next_id = batch.first_id;
  for (const auto& change : batch.changes) {
    if (const auto* put = std::get_if<EntryPut>(&change))
      statements.put(*put, next_id, batch.now_ns);
    else if (const auto* files = std::get_if<FilesPut>(&change))
      statements.put(*files);
    else if (const auto* removal = std::get_if<EntryRemoval>(&change))
      statements.remove(batch.root_id, removal->id);
  }
}

void insert_sqlite_rows(soci::session& sql, const Table& table, const std::vector<Cells>& rows) {
  const std::size_t count = table.columns.size();
  std::vector<std::string> texts(count);
  std::vector<long long> numbers(count);
  std::vector<soci::indicator> present(count, soci::i_ok);
  soci::statement statement(sql);
  for (std::size_t i = 0; i < count; ++i) {
    if (table.columns[i].is_text)
      statement.exchange(soci::use(texts[i], present[i], table.columns[i].name));
    else
      statement.exchange(soci::use(numbers[i], present[i], table.columns[i].name));
  }
  prepare(statement,
          fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, table.list_columns(), table.list_columns(":")));
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < count; ++i) {
      present[i] = std::holds_alternative<std::monostate>(row[i]) ? soci::i_null : soci::i_ok;
      if (const auto* text = std::get_if<std::string>(&row[i])) texts[i] = *text;
      if (const auto* number = std::get_if<long long>(&row[i])) numbers[i] = *number;
    }
    statement.execute(true);
  }
}

}  // namespace tcm::index
