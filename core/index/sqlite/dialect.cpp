// SPDX-License-Identifier: Apache-2.0
#include "core/index/sqlite/dialect.hpp"

#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/sqlite/batch.hpp"
#include "core/index/sqlite/connection.hpp"

namespace tcm::index {
namespace {

class SqliteDialect : public Dialect {
 public:
  std::string_view name() const override { return "sqlite"; }
  // Only this very word makes the column the row's own number, which saves an index; it holds 64 bits all the same.
  std::string_view id_type() const override { return "INTEGER"; }
  std::string_view text_type() const override { return "TEXT"; }
  std::string stored(std::string text) const override { return text; }
  std::string plain(std::string text) const override { return text; }
  // SQLite, "The SQLite Query Optimizer Overview": a unary plus disqualifies a term from an index.
  std::string without_index(std::string_view column) const override { return fmt::format("+{}", column); }
  std::string_view begin_write() const override { return "BEGIN IMMEDIATE"; }
  bool takes_ids_apart() const override { return false; }

  void prepare_fresh(soci::session& session) const override {
    // The change to WAL does not wait for others by itself (SQLite, "Write-Ahead Logging").
    long long timeout_ms = 0;
    session << "PRAGMA busy_timeout", soci::into(timeout_ms);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    for (;;) {
      try {
        std::string mode;
        session << "PRAGMA journal_mode=WAL", soci::into(mode);
        return;
      } catch (const soci::soci_error& error) {
        if (!is_busy(error) || std::chrono::steady_clock::now() > give_up) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void lock_schema(soci::session&) const override {}
  void make_functions(soci::session&) const override {}
  std::int64_t functions_digest() const override { return 0; }
  bool reads_by_cursor() const override { return false; }

  std::string_view count_tables() const override {
    return "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND (:name = '' OR name = :name)";
  }

  std::string rows_of_list(std::string_view parameter) const override {
    return fmt::format("SELECT value FROM json_each({})", parameter);
  }
  std::string text_list(const std::vector<std::string_view>& texts) const override { return json_text_list(texts); }

  std::string real_value(std::string_view value) const override { return std::string(value); }
  std::string begins_with(std::string_view, std::string_view) const override { return {}; }
  std::string matches_glob(std::string_view column, std::string_view value) const override {
    return fmt::format("{} GLOB {}", column, value);
  }

  // The shell negates a set with '!' as well as '^'; GLOB knows '^' only.
  std::string glob_pattern(std::string_view shell_pattern) const override {
    std::string pattern(shell_pattern);
    bool in_set = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (in_set) {
        in_set = pattern[i] != ']';
        continue;
      }
      if (pattern[i] != '[') continue;
      in_set = true;
      std::size_t first = i + 1;
      if (first < pattern.size() && (pattern[first] == '!' || pattern[first] == '^')) pattern[first++] = '^';
      // A ']' that comes first belongs to the set.
      if (first < pattern.size() && pattern[first] == ']') ++first;
      i = first - 1;
    }
    return pattern;
  }

  // Of another kind the value is null, and not false, so that "not" does not turn who lacks the field into a match.
  std::string json_number(std::string_view document, std::string_view path) const override {
    const std::string value = json_value(document, path);
    return fmt::format("(CASE WHEN typeof({0}) IN ('integer', 'real') THEN {0} END)", value);
  }
  std::string json_string(std::string_view document, std::string_view path) const override {
    // Not of the type of the value, which is text of a list or an object, too.
    return fmt::format("(CASE WHEN {} = 'text' THEN {} END)", json_kind(document, path), json_value(document, path));
  }
  std::string json_shown(std::string_view document, std::string_view path) const override {
    return fmt::format("CAST({} AS TEXT)", json_value(document, path));
  }
  std::string json_kind(std::string_view document, std::string_view path) const override {
    return fmt::format("json_type({}, {})", document, path);
  }
  // Names between quotes, so that a dot in one is no step. The parts hold no quotes: they are checked names.
  std::string json_path(const std::vector<std::string>& parts) const override {
    std::string path = "$";
    for (const std::string& part : parts) path += fmt::format(".\"{}\"", part);
    return path;
  }
  std::string_view size_query() const override {
    return "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
  }
  std::string_view quick_check() const override { return "PRAGMA quick_check(1)"; }
  std::vector<std::string_view> vacuum() const override { return {"VACUUM", "PRAGMA optimize"}; }
  std::string_view count_tables_of_others() const override { return "SELECT 0"; }
  std::string_view begin_snapshot() const override { return "BEGIN"; }
  void insert(soci::session& session, const Table& table, const std::vector<Cells>& rows) const override {
    insert_sqlite_rows(session, table, rows);
  }

  std::string_view rebuild_advice() const override { return "delete it and run `tcm index` to rebuild"; }
  Error describe(const std::string& where, const soci::soci_error& error) const override {
    return describe_sqlite_error(where, error);
  }
  // Waiting for another writer is done by SQLite itself.
  Failure judge(soci::session&, const soci::soci_error&) const override { return Failure::final; }
  void write(soci::session& session, const Batch& batch) const override { write_sqlite_batch(session, batch); }

 private:
  static std::string json_value(std::string_view document, std::string_view path) {
    return fmt::format("json_extract({}, {})", document, path);
  }
};

class ImmutableSqliteDialect final : public SqliteDialect {
 public:
  std::string_view rebuild_advice() const override { return "try again, or ask its owner to run `tcm index`"; }
  Error describe(const std::string& where, const soci::soci_error& error) const override {
    Error described = SqliteDialect::describe(where, error);
    if (described.code == ErrorCode::corrupt)
      described.message =
          fmt::format("{}: the index changed while it was read, or is damaged; {}", where, rebuild_advice());
    return described;
  }
};

}  // namespace

const Dialect& sqlite_immutable_dialect() {
  static const ImmutableSqliteDialect dialect;
  return dialect;
}

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace tcm::index
