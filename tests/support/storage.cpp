// SPDX-License-Identifier: Apache-2.0
#include "tests/support/storage.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include <sqlite3.h>

namespace tcm::test {
namespace {

bool is_url(const std::string& location) { return location.starts_with("postgresql:"); }

/// The first column of the first row; 0 when there is none.
std::int64_t in_file(const std::string& path, const std::string& sql) {
  sqlite3* connection = nullptr;
  std::int64_t answer = 0;
  int result = sqlite3_open(path.c_str(), &connection);
  const char* rest = sql.c_str();
  while (result == SQLITE_OK && *rest != '\0') {
    sqlite3_stmt* statement = nullptr;
    result = sqlite3_prepare_v2(connection, rest, -1, &statement, &rest);
    if (result != SQLITE_OK || statement == nullptr) break;
    if (sqlite3_step(statement) == SQLITE_ROW) answer = sqlite3_column_int64(statement, 0);
    result = sqlite3_finalize(statement);
  }
  const std::string why = sqlite3_errmsg(connection);
  sqlite3_close(connection);
  if (result != SQLITE_OK) throw std::runtime_error(why);
  return answer;
}

}  // namespace

bool stores_in_postgres() {
  const char* const storage = std::getenv("TCM_TEST_STORAGE");
  return storage != nullptr && std::string_view(storage) == "postgresql";
}

TestStorage::TestStorage(const std::filesystem::path& directory) {
  if (!stores_in_postgres()) {
    location_ = name_ = (directory / "tcm.db").string();
    return;
  }
  database_ = std::make_unique<PostgresDatabase>();
  location_ = database_->url();
  name_ = database_->name();
}

void run_sql(const std::string& location, const std::string& sql) {
  if (is_url(location))
    run_postgres(location, sql);
  else
    in_file(location, sql);
}

std::int64_t ask_sql(const std::string& location, const std::string& sql) {
  return is_url(location) ? std::stoll(ask_postgres(location, sql)) : in_file(location, sql);
}

std::int64_t count_tables(const std::string& location, const std::string& name) {
  const std::string which = name.empty() ? "" : " AND name = '" + name + "'";
  if (is_url(location))
    return ask_sql(location,
                   "SELECT COUNT(*) FROM (SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public') "
                   "AS tables WHERE 1 = 1" +
                       which);
  return ask_sql(location, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'" + which);
}

}  // namespace tcm::test
