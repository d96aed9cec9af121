// SPDX-License-Identifier: Apache-2.0
#include "core/index/root_writer.hpp"

namespace tcm::index {
namespace {

// Bounds the memory of a batch of entries with huge metadata.
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

}  // namespace

// Prepared once a batch: a statement that outlives its transaction would hold the database open.
struct BatchingRootWriter::Statements {
  explicit Statements(soci::session& sql)
      : upsert_record(sql),
        upsert_detail(sql),
        upsert_resource(sql),
        remove_resource(sql),
        remove_surplus(sql),
        remove(sql),
        update_files(sql),
        update_artifacts(sql) {
    prepare_record_upsert(upsert_record, row);
    prepare_detail_upsert(upsert_detail, row);
    prepare_resource_upsert(upsert_resource, row);
    prepare_resource_removal(remove_resource, row);
    prepare_files_update(update_files, row);
    prepare_artifacts_update(update_artifacts, row);
    remove_surplus.exchange(soci::use(row.key));
    remove_surplus.exchange(soci::use(row.root_id));
    remove_surplus.exchange(soci::use(row.ordinal));
    prepare(remove_surplus, "DELETE FROM record WHERE key = :key AND root_id = :root_id AND ordinal > :ordinal");
    remove.exchange(soci::use(row.root_id));
    remove.exchange(soci::use(row.id));
    prepare(remove,
            "DELETE FROM record WHERE root_id = :root_id AND key = (SELECT key FROM record AS one WHERE one.id = :id)");
  }

  static void prepare(soci::statement& statement, const char* text) {
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
  }

  RecordRow row;
  soci::statement upsert_record, upsert_detail, upsert_resource, remove_resource, remove_surplus, remove, update_files,
      update_artifacts;
};

Result<void> BatchingRootWriter::put(const model::Entry& entry) {
  if (entry.records.empty()) return fail(ErrorCode::failed, "an entry without a record cannot be indexed");
  Rows rows = rows_of(root_id_, entry);
  for (const RecordRow& row : rows) pending_bytes_ += row.metadata.size() + row.artifacts.size();
  pending_.emplace_back(std::move(rows));
  return flush_when_full();
}

Result<void> BatchingRootWriter::remove(std::int64_t id) {
  pending_.emplace_back(id);
  return flush_when_full();
}

Result<void> BatchingRootWriter::put_files(const model::Entry& entry) {
  Rows rows = rows_of(root_id_, entry);
  for (const RecordRow& row : rows) pending_bytes_ += row.metadata.size() + row.artifacts.size();
  pending_.emplace_back(Files{std::move(rows)});
  return flush_when_full();
}

Result<void> BatchingRootWriter::finish(const model::Beside& beside) {
  TCM_TRY(flush());
  return session_.guard([&]() -> Result<void> {
    WriteTransaction transaction(session_);
    soci::session& sql = session_.sql();
    long long valid = 0;
    sql << "SELECT sums_valid FROM root WHERE id = :id", soci::into(valid), soci::use(root_id_);
    if (!sql.got_data()) return fail(ErrorCode::missing, session_.where() + ": the root left the index meanwhile");
    if (valid == 0 || sums_outdated_) {
      RootRow sums;
      compute_sums(sql, root_id_, sums);
      sql << "UPDATE root SET entries = :entries, kernels = :kernels, files = :files, bytes = :bytes, sums_valid = 1 "
             "WHERE id = :id",
          soci::use(sums.entries), soci::use(sums.kernels), soci::use(sums.files), soci::use(sums.bytes),
          soci::use(root_id_);
    }
    const auto files = static_cast<long long>(beside.files);
    const auto bytes = static_cast<long long>(beside.bytes);
    const std::int64_t now = now_ns();
    sql << "UPDATE root SET indexed_ns = :now, loose_files = :files, loose_bytes = :bytes WHERE id = :id",
        soci::use(now), soci::use(files), soci::use(bytes), soci::use(root_id_);
    transaction.commit();
    sums_outdated_ = false;
    return {};
  });
}

Result<void> BatchingRootWriter::flush_when_full() {
  if (pending_.size() < kBatchEntries && pending_bytes_ < kBatchBytes) return {};
  return flush();
}

Result<void> BatchingRootWriter::flush() {
  if (pending_.empty()) return {};
  return session_.guard([&]() -> Result<void> {
    write_batch();
    pending_.clear();
    pending_bytes_ = 0;
    return {};
  });
}

void BatchingRootWriter::write_batch() {
  soci::session& sql = session_.sql();
  WriteTransaction transaction(session_);
  {
    Statements statements(sql);
    std::int64_t count = 0;
    for (const auto& change : pending_)
      if (const Rows* rows = std::get_if<Rows>(&change)) count += static_cast<std::int64_t>(rows->size());
    std::int64_t next_id = count > 0 ? take_ids(sql, count) : 0;
    const std::int64_t now = now_ns();
    sql << "UPDATE root SET sums_valid = 0 WHERE id = :id", soci::use(root_id_);
    for (auto& change : pending_) {
      if (Rows* rows = std::get_if<Rows>(&change)) {
        write_entry(statements, *rows, next_id, now);
      } else if (const Files* files = std::get_if<Files>(&change)) {
        for (const RecordRow& row : files->rows) {
          statements.row = row;
          statements.update_files.execute(true);
          statements.update_artifacts.execute(true);
        }
      } else {
        statements.row.root_id = root_id_;
        statements.row.id = std::get<Removal>(change);
        statements.remove.execute(true);
      }
    }
  }
  transaction.commit();
  sums_outdated_ = true;
}

void BatchingRootWriter::write_entry(Statements& statements, Rows& rows, std::int64_t& next_id, std::int64_t now) {
  for (RecordRow& row : rows) {
    // Copied, not moved: the batch stays whole when the database is busy, and can be written again. The copy reuses the
    // memory of the row before.
    statements.row = row;
    statements.row.id = next_id++;
    statements.row.first_seen_ns = now;
    statements.upsert_record.execute(true);
    statements.upsert_detail.execute(true);
    (row.figures.empty() ? statements.remove_resource : statements.upsert_resource).execute(true);
  }
  statements.remove_surplus.execute(true);  // bound to the last ordinal
}

}  // namespace tcm::index
