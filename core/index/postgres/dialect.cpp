// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/dialect.hpp"

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/postgres/batch.hpp"
#include "core/index/postgres/connection.hpp"
#include "core/index/postgres/functions.hpp"
#include "core/index/postgres/glob.hpp"
#include "core/index/postgres/stored_text.hpp"
#include "core/util/hash.hpp"

namespace tcm::index {
namespace {

class PostgresDialect final : public Dialect {
 public:
  std::string_view name() const override { return "postgresql"; }
  std::string_view id_type() const override { return "BIGINT"; }
  std::string_view text_type() const override { return "TEXT COLLATE \"C\""; }
  std::string stored(std::string text) const override { return to_utf8(text); }
  std::string plain(std::string text) const override { return from_utf8(text); }

  // Its planner knows how many rows a root has, and chooses by that.
  std::string without_index(std::string_view column) const override { return std::string(column); }

  // A transaction writes first into the row of its root, so that writers of one root come one after the other.
  std::string_view begin_write() const override { return "BEGIN"; }
  bool takes_ids_apart() const override { return true; }
  void prepare_fresh(soci::session&) const override {}
  void lock_schema(soci::session& session) const override {
    // "tcm schema" as a number; the lock goes with the transaction.
    session << "SELECT pg_advisory_xact_lock(8386094273817305697)";
  }
  void make_functions(soci::session& session) const override {
    for (const std::string_view function : postgres_functions()) session << std::string(function);
  }
  std::int64_t functions_digest() const override {
    std::string all;
    for (const std::string_view function : postgres_functions()) all += function;
    return static_cast<std::int64_t>(util::hash64(all));
  }
  bool reads_by_cursor() const override { return true; }

  std::string_view count_tables() const override {
    // What the view pg_tables reads, without the rest of it: this is asked at every start.
    return "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND "
           "relnamespace = to_regnamespace(quote_ident(current_schema())) AND "
           "(CAST(:name AS TEXT) = '' OR relname = CAST(:name AS TEXT))";
  }

  std::string rows_of_list(std::string_view parameter) const override {
    return fmt::format("SELECT value FROM json_array_elements_text(CAST({} AS JSON))", parameter);
  }
  std::string text_list(const std::vector<std::string_view>& texts) const override {
    return to_utf8(json_text_list(texts));
  }

  std::string real_value(std::string_view value) const override {
    return fmt::format("CAST({} AS DOUBLE PRECISION)", value);
  }
  std::string begins_with(std::string_view column, std::string_view value) const override {
    return fmt::format("{} ^@ {}", column, value);
  }
  std::string matches_glob(std::string_view column, std::string_view value) const override {
    return fmt::format("{} ~ {}", column, value);
  }
  std::string glob_pattern(std::string_view shell_pattern) const override { return glob_to_regex(shell_pattern); }

  std::string json_number(std::string_view document, std::string_view path) const override {
    return fmt::format("tcm_json_number({}, CAST({} AS TEXT[]))", document, path);
  }
  std::string json_string(std::string_view document, std::string_view path) const override {
    // Compared and sorted byte by byte, as columns are.
    return fmt::format("(tcm_json_string({}, CAST({} AS TEXT[])) COLLATE \"C\")", document, path);
  }
  std::string json_shown(std::string_view document, std::string_view path) const override {
    return fmt::format("tcm_json_shown({}, CAST({} AS TEXT[]))", document, path);
  }
  std::string json_kind(std::string_view document, std::string_view path) const override {
    return fmt::format("json_typeof(tcm_json({}, CAST({} AS TEXT[])))", document, path);
  }
  std::string json_path(const std::vector<std::string>& parts) const override {
    std::string list = json_text_list({parts.begin(), parts.end()});
    // As an array is written; names of fields hold nothing that the two write differently.
    list.front() = '{';
    list.back() = '}';
    return list;
  }

  std::string_view size_query() const override {
    return "SELECT COALESCE(SUM(pg_total_relation_size(CAST(quote_ident(tablename) AS regclass))), 0) "
           "FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";
  }
  std::string_view quick_check() const override { return {}; }
  std::vector<std::string_view> vacuum() const override {
    return {"VACUUM (ANALYZE) tcm_meta, host, root, cache_dir, record, detail, resource"};
  }
  // The server only warns of them (PostgreSQL, "VACUUM").
  std::string_view count_tables_of_others() const override {
    return "SELECT COUNT(*) FROM pg_catalog.pg_tables JOIN pg_catalog.pg_database ON datname = current_database() "
           "WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE') AND NOT pg_has_role(datdba, "
           "'USAGE')";
  }
  std::string_view begin_snapshot() const override { return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"; }
  void insert(soci::session& session, const Table& table, const std::vector<Cells>& rows) const override {
    insert_postgres_rows(session, table, rows);
  }

  std::string_view rebuild_advice() const override {
    return "drop its tables, or name another database or schema, and run `tcm index` to rebuild";
  }
  Error describe(const std::string& where, const soci::soci_error& error) const override {
    return describe_postgres_error(where, error);
  }
  Failure judge(soci::session& session, const soci::soci_error& error) const override {
    return judge_postgres_error(session, error);
  }
  void write(soci::session& session, const Batch& batch) const override { write_postgres_batch(session, batch); }
};

}  // namespace

const Dialect& postgres_dialect() {
  static const PostgresDialect dialect;
  return dialect;
}

}  // namespace tcm::index
