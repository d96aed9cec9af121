// SPDX-License-Identifier: Apache-2.0
#include "core/index/open.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <soci/soci.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/index/location.hpp"
#include "core/index/postgres/connection.hpp"
#include "core/index/postgres/dialect.hpp"
#include "core/index/schema/schema.hpp"
#include "core/index/sqlite/connection.hpp"
#include "core/index/sqlite/dialect.hpp"
#include "core/index/values/schema_version.hpp"
#include "core/util/system/file.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::index {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unreachable(const std::string& path, const std::error_code& error) {
  Error told = util::system_error(path, error.value()).value();
  // Elsewhere that is an index that nobody has made yet; here it is the working directory.
  if (told.code == ErrorCode::missing) told.code = ErrorCode::failed;
  return fail(std::move(told));
}

Result<void> check_file(const std::string& path, OpenMode mode) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (mode == OpenMode::read) return fail(ErrorCode::missing, path + ": there is no index yet; run `tcm index`");
    auto made = util::make_private_directories(fs::path(path).parent_path().string());
    if (!made && (made.error().code == ErrorCode::no_space || !has_room_beside(path))) return fail(disk_full(path));
    if (!made) return fail(std::move(made).error());
    return {};
  }
  if (error) return unreachable(path, error);
  if (!fs::is_regular_file(status)) return fail(ErrorCode::failed, path + ": not a file; name a file for the index");
  // SQLite takes a file of one byte for an empty database, and would write over it.
  constexpr std::uintmax_t kHeader = 100;
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > 0 && size < kHeader) return fail(not_an_index(path));
  return {};
}

Result<Session> connect_to_server(const std::string& text, std::chrono::seconds timeout) {
  TCM_ASSIGN(const PostgresTarget target, parse_postgres_target(text, timeout));
  TCM_ASSIGN(auto sql, connect_postgres(target));
  return Session(target.where, std::move(sql), postgres_dialect(), [target] { return connect_postgres(target); });
}

Result<Session> open_postgres(const std::string& text, OpenMode mode, std::chrono::seconds timeout,
                              std::span<const Migration> steps) {
  TCM_ASSIGN(Session session, connect_to_server(text, timeout));
  TCM_TRY(session.guard([&]() -> Result<void> {
    if (mode == OpenMode::read) {
      TCM_ASSIGN(const int version, schema_version(session));
      if (version == steps.back().to) {
        bring_functions_up_to_date(session);
        return {};
      }
      if (version == 0) return fail(ErrorCode::missing, session.where() + ": there is no index yet; run `tcm index`");
    }
    return bring_up_to_date(session, steps);
  }));
  return session;
}

/// A file is read without its lock files only while no writer's changes wait next to it: those would be left out, or
/// move into the file under the reader.
Result<void> check_nobody_writes(const std::string& file) {
  std::error_code error;
  const std::uintmax_t waiting = fs::file_size(file + "-wal", error);
  if (error || waiting == 0) return {};
  // Who may not read the file at all is told that.
  if (::access(file.c_str(), R_OK) != 0) return {};
  return fail(ErrorCode::busy,
              fmt::format("{}: its owner is writing it, or was stopped at it, and its directory is read-only for you; "
                          "try again after the owner's next `tcm index`",
                          file));
}

Result<std::string> absolute_file(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(ErrorCode::usage, "the path of the index is empty or holds a zero byte");
  // Absolute, so that no path looks like one of SQLite's special names (":memory:", "file:…").
  std::error_code error;
  const std::string file = fs::absolute(path, error).native();
  if (error) return unreachable(path, error);
  return file;
}

/// Connects and brings the schema up to date. Throws soci::soci_error.
Result<Session> connect_and_migrate(const std::string& file, SqliteAccess access, std::chrono::seconds timeout,
                                    std::span<const Migration> steps) {
  const bool immutable = access == SqliteAccess::immutable;
  Session session(file, connect_sqlite(file, access, timeout),
                  immutable ? sqlite_immutable_dialect() : sqlite_dialect());
  try {
    TCM_TRY(bring_up_to_date(session, steps));
  } catch (const soci::soci_error& error) {
    throw_with_cause(session.sql(), error);
  }
  return session;
}

/// SQLite maps the file of its shared memory and allocates one byte of each page of it. Where a block of the disk is
/// smaller than a page the rest is allocated when it is written to, and a disk that is full then kills the process
/// (SIGBUS). So that file is only used where it is whole, or there is room for it.
bool is_too_full_for_wal(const std::string& file) {
  if (has_room_beside(file)) return false;
  struct stat shared {};
  constexpr int kBlock = 512;
  return ::stat((file + "-shm").c_str(), &shared) != 0 || shared.st_size == 0 ||
         shared.st_blocks * kBlock < shared.st_size;
}

Result<Session> open_sqlite(const std::string& path, OpenMode mode, std::chrono::seconds timeout,
                            std::span<const Migration> steps) {
  TCM_ASSIGN(const std::string file, absolute_file(path));
  TCM_TRY(check_file(file, mode));
  std::error_code error;
  if (is_too_full_for_wal(file)) {
    const auto full = [&] { return fail(disk_full(file)); };
    if (mode != OpenMode::read || !check_nobody_writes(file)) return full();
    try {
      return connect_and_migrate(file, SqliteAccess::immutable, timeout, steps);
    } catch (const soci::soci_error& refused) {
      return is_full(refused) || is_refused_by_directory(refused)
                 ? full()
                 : fail(sqlite_immutable_dialect().describe(file, refused));
    }
  }
  try {
    return connect_and_migrate(file, mode == OpenMode::create ? SqliteAccess::create : SqliteAccess::existing, timeout,
                               steps);
  } catch (const soci::soci_error& first) {
    const auto refused = [&] { return fail(sqlite_dialect().describe(file, first)); };
    const bool full = is_full(first);
    // Who wants to write finds no way around a full disk but an index in memory.
    if ((full && mode != OpenMode::read) || (!full && !is_refused_by_directory(first)) || !fs::exists(file, error))
      return refused();
    if (auto checked = check_nobody_writes(file); !checked) return full ? refused() : fail(std::move(checked).error());
    try {
      return connect_and_migrate(file, SqliteAccess::immutable, timeout, steps);
    } catch (const soci::soci_error& second) {
      // What this one found wrong with the file says more than that the directory refused the first.
      return is_refused_by_directory(second) ? refused() : fail(sqlite_immutable_dialect().describe(file, second));
    }
  }
}

// What is held in memory has a bound. A larger index is left aside, and the caller fills an empty one by a scan.
constexpr std::uintmax_t kMostCopied = std::uintmax_t{512} << 20;

/// Fills `memory` from the file, by whichever way it can be read; false when by none.
bool copy_file(const std::string& file, std::chrono::seconds timeout, Session& memory) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size == 0 || size > kMostCopied) return false;
  for (const SqliteAccess access : {SqliteAccess::existing, SqliteAccess::immutable}) {
    if (access == SqliteAccess::existing && is_too_full_for_wal(file)) continue;
    if (access == SqliteAccess::immutable && !check_nobody_writes(file)) return false;
    try {
      const auto source = connect_sqlite(file, access, timeout);
      copy_database(*source, memory.sql());
      return true;
    } catch (const soci::soci_error&) {
      // By the next way, or none: the index is a mirror, and a scan makes another.
    }
  }
  return false;
}

Result<Session> open_in_memory(const std::string& path, std::chrono::seconds timeout,
                               std::span<const Migration> steps) {
  std::string file;
  if (!path.empty()) {
    TCM_ASSIGN(file, absolute_file(path));
  }
  const std::string where = file.empty() ? "the index in memory" : file;
  const auto empty = [&] {
    return Session(where, connect_sqlite(where, SqliteAccess::memory, timeout), sqlite_dialect());
  };
  try {
    Session session = empty();
    const bool copied = !file.empty() && copy_file(file, timeout, session);
    // A copy that failed half-way is no copy.
    if (!copied) session = empty();
    TCM_TRY(bring_up_to_date(session, steps));
    return session;
  } catch (const soci::soci_error& error) {
    return fail(sqlite_dialect().describe(where, error));
  }
}

}  // namespace

Result<Session> open_session(const std::string& location, OpenMode mode, std::chrono::seconds timeout,
                             std::span<const Migration> steps) {
  TCM_ASSIGN(const Location place, parse_location(location));
  if (place.kind == Location::Kind::memory) return open_in_memory(place.target, timeout, steps);
  if (place.kind == Location::Kind::postgresql) return open_postgres(place.target, mode, timeout, steps);
  return open_sqlite(place.target, mode, timeout, steps);
}

Result<Session> connect_session(const std::string& location, std::chrono::seconds timeout) {
  TCM_ASSIGN(const Location place, parse_location(location));
  if (place.kind == Location::Kind::postgresql) return connect_to_server(place.target, timeout);
  std::error_code error;
  const std::string file = fs::absolute(place.target, error).native();
  if (error) return unreachable(place.target, error);
  TCM_TRY(check_file(file, OpenMode::read));
  try {
    return Session(file, connect_sqlite(file, SqliteAccess::existing, timeout), sqlite_dialect());
  } catch (const soci::soci_error& refused) {
    return fail(sqlite_dialect().describe(file, refused));
  }
}

}  // namespace tcm::index
