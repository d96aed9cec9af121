// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/copy.hpp"

#include <optional>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/open.hpp"
#include "core/index/rows/record_row.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/cells.hpp"
#include "core/index/sql/transaction.hpp"
#include "core/util/hash.hpp"

namespace tcm::index {
namespace {

// Rows travel as cells, whatever table they are of: the tables are the same in every database. Here they stand in the
// order in which rows refer to each other.
std::vector<Table> tables() {
  std::vector<Table> all{
      {"host", {{"id"}, {"identity", true}, {"name", true}, {"machine_id", true}}},
      {"root",
       {{"id"},
        {"identity", true},
        {"host_id"},
        {"path", true},
        {"cache_dir", true},
        {"layout", true},
        {"file_system", true},
        {"inode"},
        {"first_seen_ns"},
        {"indexed_ns"},
        {"sums_valid"},
        {"entries"},
        {"kernels"},
        {"files"},
        {"bytes"},
        {"loose_files"},
        {"loose_bytes"},
        {"plugins", true},
        {"absent_ns"}}},
      {"cache_dir",
       {{"identity", true}, {"host_id"}, {"path", true}, {"layout", true}, {"beside_files"}, {"beside_bytes"}}}};
  Table record{"record", {}};
  for (const RecordColumn* column : stored_columns(record_columns()))
    record.columns.push_back({std::string(column->stored), is_text(*column)});
  all.push_back(std::move(record));
  all.push_back({"past",
                 {{"root_id"},
                  {"key", true},
                  {"name", true},
                  {"hits"},
                  {"last_hit_ns"},
                  {"first_seen_ns"},
                  {"left_ns"},
                  {"misses"}}});
  all.push_back({"digest", {{"root_id"}, {"key", true}, {"entry_ctime_ns"}, {"files", true}}});
  all.push_back({"hit_log", {{"name", true}, {"read_to"}, {"seen_ns"}}});
  all.push_back({"detail", {{"record_id"}, {"metadata", true}, {"artifacts", true}, {"problem_detail", true}}});
  all.push_back({"resource", {{"record_id"}, {"figures", true}, {"units", true}}});
  return all;
}

// Every index has the host without a name from its first moment.
std::string_view rows_of(const Table& table) { return table.name == "host" ? " WHERE id <> 0" : ""; }

/// Counts rows, and sums up what they are so that their order does not count.
class Digest {
 public:
  void add(const Cells& row) {
    std::string text;
    for (const Cell& cell : row) {
      if (const auto* number = std::get_if<long long>(&cell))
        text += fmt::format("i{};", *number);
      else if (const auto* words = std::get_if<std::string>(&cell))
        text += fmt::format("t{};{}", words->size(), *words);
      else
        text += 'n';
    }
    report_.digest += util::hash64(text);
    ++report_.rows;
  }
  const CopyReport& report() const { return report_; }

 private:
  CopyReport report_;
};

/// The rows of a table, one at a time. Throws soci::soci_error.
class TableReader {
 public:
  TableReader(Session& session, const Table& table)
      : table_(table),
        texts_(table.columns.size()),
        numbers_(table.columns.size()),
        present_(table.columns.size(), soci::i_ok),
        statement_(session, fmt::format("SELECT {} FROM {}{}", table.list_columns(), table.name, rows_of(table)), {},
                   Rows::many) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].is_text)
        statement_.into(texts_[i], present_[i]);
      else
        statement_.into(numbers_[i], present_[i]);
    }
    statement_.execute();
  }

  /// False at the end.
  bool next(Cells& row) {
    if (!statement_.fetch()) return false;
    row.resize(table_.columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (present_[i] != soci::i_ok)
        row[i] = std::monostate();
      else if (table_.columns[i].is_text)
        row[i] = texts_[i];
      else
        row[i] = numbers_[i];
    }
    return true;
  }

 private:
  const Table& table_;
  std::vector<std::string> texts_;
  std::vector<long long> numbers_;
  std::vector<soci::indicator> present_;
  BoundStatement statement_;
};

/// Calls `each` for all rows of a table. Errors are those of this session; what `each` throws is passed on, because it
/// may come from another database.
template <class Each>
Result<void> read(Session& session, const Table& table, Each&& each) {
  std::optional<TableReader> reader;
  TCM_TRY(session.guard([&]() -> Result<void> {
    reader.emplace(session, table);
    return {};
  }));
  Cells row;
  for (;;) {
    TCM_ASSIGN(const bool more, session.guard([&]() -> Result<bool> { return reader->next(row); }));
    if (!more) return {};
    each(row);
  }
}

/// Collects rows, and writes many at a time.
class Inserter {
 public:
  Inserter(Session& session, const Table& table) : session_(session), table_(table) {}

  void add(const Cells& row) {
    rows_.push_back(row);
    for (const Cell& cell : row)
      if (const auto* text = std::get_if<std::string>(&cell)) bytes_ += text->size();
    if (rows_.size() >= kMostRows || bytes_ >= kMostBytes) flush();
  }
  void flush() {
    if (!rows_.empty()) session_.dialect().insert(session_.sql(), table_, rows_);
    rows_.clear();
    bytes_ = 0;
  }

 private:
  static constexpr std::size_t kMostRows = 1'000;
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;

  Session& session_;
  const Table& table_;
  std::vector<Cells> rows_;
  std::size_t bytes_ = 0;
};

Result<CopyReport> copy_rows(Session& source, Session& target) {
  long long there = 0;
  target.sql() << "SELECT COUNT(*) FROM root", soci::into(there);
  if (there > 0)
    return fail(ErrorCode::failed, target.where() + ": holds an index already; name an empty database or a new file");
  Digest sent;
  Digest arrived;
  WriteTransaction transaction(target);
  std::optional<Snapshot> snapshot;
  TCM_TRY(source.guard([&]() -> Result<void> {
    snapshot.emplace(source);
    return {};
  }));
  const std::vector<Table> all = tables();
  for (const Table& table : all) {
    Inserter inserter(target, table);
    TCM_TRY(read(source, table, [&](const Cells& row) {
      sent.add(row);
      inserter.add(row);
    }));
    inserter.flush();
  }
  long long next_id = 0;
  TCM_TRY(source.guard([&]() -> Result<void> {
    source.sql() << "SELECT value FROM tcm_meta WHERE name = 'next_id'", soci::into(next_id);
    return {};
  }));
  target.sql() << "UPDATE tcm_meta SET value = :next WHERE name = 'next_id'", soci::use(next_id);
  for (const Table& table : all) TCM_TRY(read(target, table, [&](const Cells& row) { arrived.add(row); }));
  if (sent.report().rows != arrived.report().rows || sent.report().digest != arrived.report().digest)
    return fail(ErrorCode::failed,
                fmt::format("{}: {} rows were copied and {} arrived, or differently; nothing was kept", target.where(),
                            sent.report().rows, arrived.report().rows));
  transaction.commit();
  return sent.report();
}

}  // namespace

Result<CopyReport> copy_index(const std::string& from, const std::string& to, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session source, open_session(from, OpenMode::read, timeout));
  TCM_ASSIGN(Session target, open_session(to, OpenMode::create, timeout));
  return target.guard([&] { return copy_rows(source, target); });
}

}  // namespace tcm::index
