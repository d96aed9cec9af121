// SPDX-License-Identifier: Apache-2.0
#include "core/index/session.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "core/index/schema.hpp"
#include "core/index/sqlite_connection.hpp"

namespace tcm::index {
namespace {

namespace fs = std::filesystem;

ErrorCode code_of(const std::error_code& error) {
  const bool denied = error == std::errc::permission_denied || error == std::errc::operation_not_permitted ||
                      error == std::errc::read_only_file_system;
  return denied ? ErrorCode::denied : ErrorCode::failed;
}

Result<void> check_file(const std::string& path, OpenMode mode) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (mode == OpenMode::read) return fail(ErrorCode::missing, path + ": there is no index yet; run `tcm index`");
    const fs::path parent = fs::path(path).parent_path();
    fs::create_directories(parent, error);
    if (error)
      return fail(code_of(error),
                  fmt::format("{}: the directory for the index cannot be made: {}", parent.native(), error.message()));
    return {};
  }
  if (error) return fail(code_of(error), fmt::format("{}: {}", path, error.message()));
  if (!fs::is_regular_file(status))
    return fail(ErrorCode::failed, path + ": is no file; name a file for the index to live in");
  // SQLite takes a file of one byte for an empty database, and would write over it.
  constexpr std::uintmax_t kHeader = 100;
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > 0 && size < kHeader)
    return fail(ErrorCode::corrupt, path + ": is not an index; delete it and run `tcm index` to rebuild");
  return {};
}

}  // namespace

Session::Session(std::string where, std::unique_ptr<soci::session> sql, const Dialect& dialect)
    : where_(std::move(where)), sql_(std::move(sql)), dialect_(&dialect) {}

Result<Session> Session::open(const std::string& path, OpenMode mode) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(ErrorCode::usage, "the path of the index is empty or holds a zero byte");
  // Absolute, so that no path looks like one of SQLite's special names (":memory:", "file:…").
  std::error_code error;
  const std::string file = fs::absolute(path, error).native();
  if (error) return fail(code_of(error), fmt::format("{}: {}", path, error.message()));
  TCM_TRY(check_file(file, mode));

  const auto attempt = [&](SqliteAccess access) -> Result<Session> {
    Session session(file, connect_sqlite(file, access), sqlite_dialect());
    TCM_TRY(bring_up_to_date(session));
    return session;
  };
  const Dialect& dialect = sqlite_dialect();
  try {
    return attempt(mode == OpenMode::create ? SqliteAccess::create : SqliteAccess::existing);
  } catch (const soci::soci_error& first) {
    if (!is_refused_by_directory(first) || !fs::exists(file, error)) return fail(dialect.describe(file, first));
    try {
      return attempt(SqliteAccess::immutable);
    } catch (const soci::soci_error&) {
      return fail(dialect.describe(file, first));
    }
  }
}

tl::unexpected<Error> Session::damaged(std::string_view what) const {
  return fail(ErrorCode::corrupt,
              fmt::format("{}: the index is damaged ({}); delete it and run `tcm index` to rebuild", where_, what));
}

WriteTransaction::WriteTransaction(Session& session) : sql_(session.sql()) {
  sql_ << std::string(session.dialect().begin_write());
}

WriteTransaction::~WriteTransaction() {
  if (!open_) return;
  try {
    sql_ << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // The database has rolled back already, or will when the connection closes.
  }
}

void WriteTransaction::commit() {
  sql_ << "COMMIT";
  open_ = false;
}

std::int64_t take_ids(soci::session& sql, std::int64_t count) {
  long long first = 0;
  sql << "UPDATE tcm_meta SET value = value + :count WHERE name = 'next_id'", soci::use(count);
  sql << "SELECT value FROM tcm_meta WHERE name = 'next_id'", soci::into(first);
  return first - count;
}

std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace tcm::index
