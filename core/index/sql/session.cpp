// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/session.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "core/index/location.hpp"
#include "core/index/postgres/connection.hpp"
#include "core/index/schema/schema.hpp"
#include "core/index/sqlite/connection.hpp"

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

Result<Session> Session::open(const std::string& location, OpenMode mode, std::chrono::seconds timeout) {
  TCM_ASSIGN(const Location place, parse_location(location));
  if (place.kind == Location::Kind::postgresql) return open_postgres(place.target, mode, timeout);
  return open_sqlite(place.target, mode, timeout);
}

Result<Session> Session::connect(const std::string& location, std::chrono::seconds timeout) {
  TCM_ASSIGN(const Location place, parse_location(location));
  if (place.kind == Location::Kind::postgresql) return connect_to_server(place.target, timeout);
  std::error_code error;
  const std::string file = fs::absolute(place.target, error).native();
  if (error) return fail(code_of(error), fmt::format("{}: {}", place.target, error.message()));
  TCM_TRY(check_file(file, OpenMode::read));
  try {
    return Session(file, connect_sqlite(file, SqliteAccess::existing, timeout), sqlite_dialect());
  } catch (const soci::soci_error& refused) {
    return fail(sqlite_dialect().describe(file, refused));
  }
}

Result<Session> Session::connect_to_server(const std::string& text, std::chrono::seconds timeout) {
  TCM_ASSIGN(const PostgresTarget target, parse_postgres_target(text, timeout));
  TCM_ASSIGN(auto sql, connect_postgres(target));
  Session session(target.where, std::move(sql), postgres_dialect());
  session.connect_ = [target] { return connect_postgres(target); };
  return session;
}

Result<Session> Session::open_postgres(const std::string& text, OpenMode mode, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session session, connect_to_server(text, timeout));
  TCM_TRY(session.guard([&]() -> Result<void> {
    if (mode == OpenMode::read) {
      TCM_ASSIGN(const int version, schema_version(session));
      if (version == kSchemaVersion) return {};
      if (version == 0) return fail(ErrorCode::missing, session.where() + ": there is no index yet; run `tcm index`");
    }
    return bring_up_to_date(session);
  }));
  return session;
}

Result<Session> Session::open_sqlite(const std::string& path, OpenMode mode, std::chrono::seconds timeout) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(ErrorCode::usage, "the path of the index is empty or holds a zero byte");
  // Absolute, so that no path looks like one of SQLite's special names (":memory:", "file:…").
  std::error_code error;
  const std::string file = fs::absolute(path, error).native();
  if (error) return fail(code_of(error), fmt::format("{}: {}", path, error.message()));
  TCM_TRY(check_file(file, mode));

  const auto attempt = [&](SqliteAccess access) -> Result<Session> {
    Session session(file, connect_sqlite(file, access, timeout), sqlite_dialect());
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
              fmt::format("{}: the index is damaged ({}); {}", where_, what, dialect_->rebuild_advice()));
}

bool Session::try_again(const soci::soci_error& error, int attempt) {
  using namespace std::chrono_literals;
  constexpr int kMostAttempts = 10;
  const Failure failure = dialect_->judge(*sql_, error);
  if (failure == Failure::final || attempt >= kMostAttempts) return false;
  if (failure == Failure::lost) return connect_again();
  // Longer each time, and not as long as the other writer, who may be waiting for the same.
  static thread_local std::mt19937 random{std::random_device{}()};
  const int longest = 20 << std::min(attempt, 6);
  std::this_thread::sleep_for(std::uniform_int_distribution(longest / 2, longest)(random) * 1ms);
  return true;
}

bool Session::connect_again() {
  using namespace std::chrono_literals;
  if (!connect_) return false;
  // A server is back after a restart within seconds.
  const auto give_up = std::chrono::steady_clock::now() + 30s;
  for (auto pause = 50ms; std::chrono::steady_clock::now() < give_up; pause = std::min(pause * 2, 2'000ms)) {
    if (auto sql = connect_()) {
      sql_ = std::move(*sql);
      return true;
    } else if (sql.error().code == ErrorCode::denied || sql.error().code == ErrorCode::missing) {
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  return false;
}

WriteTransaction::WriteTransaction(Session& session, std::int64_t ids)
    : session_(session), inner_(session.transactions_ > 0) {
  const auto take_ids = [&] {
    if (ids == 0) return;
    long long next = 0;
    session_.sql() << "UPDATE tcm_meta SET value = value + :count WHERE name = 'next_id' RETURNING value",
        soci::into(next), soci::use(ids);
    first_id_ = next - ids;
  };
  const bool apart = session_.dialect().takes_ids_apart();
  if (apart) take_ids();
  session_.sql() << (inner_ ? std::string("SAVEPOINT tcm_write") : std::string(session_.dialect().begin_write()));
  open_ = true;
  ++session_.transactions_;
  if (apart) return;
  try {
    take_ids();
  } catch (...) {
    roll_back();
    throw;
  }
}

WriteTransaction::~WriteTransaction() { roll_back(); }

void WriteTransaction::roll_back() {
  if (!open_) return;
  open_ = false;
  --session_.transactions_;
  try {
    session_.sql() << (inner_ ? "ROLLBACK TO SAVEPOINT tcm_write" : "ROLLBACK");
  } catch (const soci::soci_error&) {
    // The database has rolled back already, or will when the connection closes.
  }
}

void WriteTransaction::commit() {
  session_.sql() << (inner_ ? "RELEASE SAVEPOINT tcm_write" : "COMMIT");
  open_ = false;
  --session_.transactions_;
}

Snapshot::Snapshot(Session& session) : session_(session) {
  session_.sql() << std::string(session_.dialect().begin_snapshot());
  ++session_.transactions_;
}

Snapshot::~Snapshot() {
  --session_.transactions_;
  try {
    session_.sql() << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // It ends with the connection.
  }
}

std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace tcm::index
