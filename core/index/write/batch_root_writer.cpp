// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/batch_root_writer.hpp"

#include <variant>

#include <soci/soci.h>

#include "core/index/query/roots.hpp"
#include "core/index/sql/transaction.hpp"
#include "core/index/write/digests.hpp"
#include "core/index/write/past.hpp"
#include "core/util/text/time.hpp"

namespace tcm::index {
namespace {

// Bounds the memory of a batch of entries with huge metadata.
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

}  // namespace

Result<void> BatchRootWriter::put(const model::Entry& entry) {
  if (entry.records.empty()) return fail(ErrorCode::failed, "an entry without a record cannot be indexed");
  EntryPut change{entry.key, rows_of(batch_.columns, batch_.root_id, entry)};
  count_bytes(change.rows);
  if (!entry.digests.empty()) change.digests = model::EntryDigests{entry.stamp.ctime_ns, entry.digests};
  batch_.changes.emplace_back(std::move(change));
  return flush_when_full();
}

Result<void> BatchRootWriter::remove(std::int64_t id) {
  batch_.changes.emplace_back(EntryRemoval{id});
  return flush_when_full();
}

Result<void> BatchRootWriter::put_files(const model::Entry& entry) {
  FilesPut change{entry.key, rows_of(batch_.columns, batch_.root_id, entry)};
  count_bytes(change.rows);
  batch_.changes.emplace_back(std::move(change));
  return flush_when_full();
}

void BatchRootWriter::count_bytes(const std::vector<RecordRow>& rows) {
  for (const RecordRow& row : rows) pending_bytes_ += row.metadata.size() + row.artifacts.size();
}

Result<void> BatchRootWriter::finish(const model::OtherFiles& other_files) {
  TCM_TRY(flush());
  return session_.guard([&]() -> Result<void> {
    WriteTransaction transaction(session_);
    soci::session& sql = session_.sql();
    long long valid = 0;
    sql << "SELECT sums_valid FROM root WHERE id = :id", soci::into(valid), soci::use(batch_.root_id);
    if (!sql.got_data()) return fail(ErrorCode::missing, session_.where() + ": the root left the index meanwhile");
    if (valid == 0 || sums_outdated_) {
      RootRow sums;
      compute_sums(sql, batch_.root_id, sums);
      sql << "UPDATE root SET entries = :entries, kernels = :kernels, files = :files, bytes = :bytes, sums_valid = 1 "
             "WHERE id = :id",
          soci::use(sums.entries), soci::use(sums.kernels), soci::use(sums.files), soci::use(sums.bytes),
          soci::use(batch_.root_id);
    }
    const auto files = static_cast<long long>(other_files.files);
    const auto bytes = static_cast<long long>(other_files.bytes);
    const std::int64_t now = util::now_ns();
    sql << "UPDATE root SET indexed_ns = :now, loose_files = :files, loose_bytes = :bytes WHERE id = :id",
        soci::use(now), soci::use(files), soci::use(bytes), soci::use(batch_.root_id);
    forget_past(session_, batch_.root_id, now);
    transaction.commit();
    sums_outdated_ = false;
    return {};
  });
}

Result<void> BatchRootWriter::flush_when_full() {
  if (batch_.changes.size() < kBatchEntries && pending_bytes_ < kBatchBytes) return {};
  return flush();
}

Result<void> BatchRootWriter::flush() {
  if (batch_.changes.empty()) return {};
  return session_.guard([&]() -> Result<void> {
    write_batch();
    batch_.changes.clear();
    pending_bytes_ = 0;
    return {};
  });
}

void BatchRootWriter::write_batch() {
  std::int64_t rows = 0;
  for (const auto& change : batch_.changes)
    if (const auto* put = std::get_if<EntryPut>(&change)) rows += static_cast<std::int64_t>(put->rows.size());
  WriteTransaction transaction(session_, rows);
  batch_.first_id = transaction.first_id();
  batch_.now_ns = util::now_ns();
  soci::session& sql = session_.sql();
  // First of all, so that of several writers of one root the others wait here, and never for each other.
  sql << "UPDATE root SET sums_valid = 0 WHERE id = :id", soci::use(batch_.root_id);
  remember_past(session_, batch_);
  forget_digests(session_, batch_);
  session_.dialect().write(sql, batch_);
  recall_past(session_, batch_);
  write_digests(session_, batch_);
  transaction.commit();
  sums_outdated_ = true;
}

Result<std::unique_ptr<RootWriter>> write_root(Session& session, RecordColumns columns, std::int64_t root_id) {
  return session.guard([&]() -> Result<std::unique_ptr<RootWriter>> {
    long long count = 0;
    session.sql() << "SELECT COUNT(*) FROM root WHERE id = :id", soci::into(count), soci::use(root_id);
    if (count == 0) return fail(ErrorCode::missing, session.where() + ": the index does not know this root");
    return std::make_unique<BatchRootWriter>(session, columns, root_id);
  });
}

}  // namespace tcm::index
