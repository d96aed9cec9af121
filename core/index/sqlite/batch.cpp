// SPDX-License-Identifier: Apache-2.0
#include "core/index/sqlite/batch.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tcm::index {
namespace {

// Which row of `record` the bound row is.
constexpr const char* kThisRow = "key = :key AND root_id = :root_id AND ordinal = :ordinal";

// The values of one row of `record`, bound once and read at each execution.
class BoundRow {
 public:
  explicit BoundRow(RecordColumns columns)
      : stored_(stored_columns(columns)),
        texts_(stored_.size()),
        numbers_(stored_.size()),
        present_(stored_.size(), soci::i_ok),
        id_(place_of(stored_, "id")),
        root_id_(place_of(stored_, "root_id")),
        first_seen_(place_of(stored_, "first_seen_ns")) {}

  void bind(soci::statement& statement, std::size_t place) {
    const std::string name(stored_[place]->stored);
    if (is_text(*stored_[place]))
      statement.exchange(soci::use(texts_[place], present_[place], name));
    else
      statement.exchange(soci::use(numbers_[place], present_[place], name));
  }
  void bind(soci::statement& statement, std::initializer_list<ColumnRole> roles) {
    for (std::size_t i = 0; i < stored_.size(); ++i)
      if (std::find(roles.begin(), roles.end(), stored_[i]->role) != roles.end()) bind(statement, i);
  }
  void bind_ids(soci::statement& statement) {
    bind(statement, root_id_);
    bind(statement, id_);
  }

  void set(const RecordRow& row) {
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      present_[i] = std::holds_alternative<std::monostate>(row.cells[i]) ? soci::i_null : soci::i_ok;
      if (const auto* text = std::get_if<std::string>(&row.cells[i])) texts_[i] = *text;
      if (const auto* number = std::get_if<std::int64_t>(&row.cells[i])) numbers_[i] = *number;
    }
  }
  void set_id(std::int64_t id) { set_number(id_, id); }
  void set_root_id(std::int64_t id) { set_number(root_id_, id); }
  void set_first_seen(std::int64_t time) { set_number(first_seen_, time); }

  const std::vector<const RecordColumn*>& stored() const { return stored_; }

 private:
  void set_number(std::size_t place, std::int64_t number) {
    numbers_[place] = number;
    present_[place] = soci::i_ok;
  }

  std::vector<const RecordColumn*> stored_;
  std::vector<std::string> texts_;
  std::vector<long long> numbers_;
  std::vector<soci::indicator> present_;
  std::size_t id_, root_id_, first_seen_;
};

void prepare(soci::statement& statement, const std::string& text) {
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
}

// Prepared once a batch: a statement that outlives its transaction would hold the database open.
class Statements {
 public:
  Statements(soci::session& sql, RecordColumns columns)
      : columns_(columns),
        row_(columns),
        upsert_record_(sql),
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
      for (const char* name : names) statement.exchange(soci::use(texts_.*side_text(name), name));
      row_.bind(statement, {ColumnRole::identity});
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
    row_.bind(remove_surplus_, {ColumnRole::identity});
    prepare(remove_surplus_, "DELETE FROM record WHERE key = :key AND root_id = :root_id AND ordinal > :ordinal");
    row_.bind_ids(remove_);
    prepare(remove_,
            "DELETE FROM record WHERE root_id = :root_id AND key = (SELECT key FROM record AS one WHERE one.id = :id)");
  }

  void put(const EntryPut& entry, std::int64_t& next_id, std::int64_t now) {
    for (const RecordRow& row : entry.rows) {
      set(row);
      row_.set_id(next_id++);
      row_.set_first_seen(now);
      upsert_record_.execute(true);
      upsert_detail_.execute(true);
      (row.figures.empty() ? remove_resource_ : upsert_resource_).execute(true);
    }
    remove_surplus_.execute(true);  // bound to the last ordinal
  }

  void put(const FilesPut& entry) {
    for (const RecordRow& row : entry.rows) {
      set(row);
      update_files_.execute(true);
      update_artifacts_.execute(true);
    }
  }

  void remove(std::int64_t root_id, std::int64_t id) {
    row_.set_root_id(root_id);
    row_.set_id(id);
    remove_.execute(true);
  }

 private:
  void prepare_record() {
    using enum ColumnRole;
    row_.bind(upsert_record_, {fixed, identity, content, files});
    prepare(upsert_record_,
            fmt::format("INSERT INTO record ({}) VALUES ({}) ON CONFLICT (key, root_id, ordinal) DO UPDATE SET {}",
                        list_columns(row_.stored(), "{name}"), list_columns(row_.stored(), ":{name}"),
                        list_updates(columns_)));
  }

  void prepare_files() {
    using enum ColumnRole;
    row_.bind(update_files_, {files, identity});
    prepare(update_files_, fmt::format("UPDATE record SET {} WHERE {}",
                                       list_columns(stored_columns(columns_, {files}), "{name} = :{name}"), kThisRow));
  }

  // Copied, so that a batch can be written again. The copy reuses the memory of the row before.
  void set(const RecordRow& row) {
    row_.set(row);
    for (const SideText& text : kSideTexts) texts_.*text.member = row.*text.member;
  }

  RecordColumns columns_;
  BoundRow row_;
  RecordRow texts_;  // of which only the side texts are used
  soci::statement upsert_record_, upsert_detail_, upsert_resource_, remove_resource_, remove_surplus_, remove_,
      update_files_, update_artifacts_;
};

}  // namespace

void write_sqlite_batch(soci::session& sql, const Batch& batch) {
  Statements statements(sql, batch.columns);
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
