// SPDX-License-Identifier: Apache-2.0
#include "core/index/sqlite/connection.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/statvfs.h>

#include "core/util/system/system_error.hpp"

namespace tcm::index {

bool has_room_beside(const std::string& file) {
  // The nearest directory that is there.
  std::error_code error;
  std::filesystem::path directory = std::filesystem::absolute(file, error).parent_path();
  struct statvfs found {};
  while (::statvfs(directory.c_str(), &found) != 0) {
    if (directory == directory.parent_path()) return true;
    directory = directory.parent_path();
  }
  constexpr std::uint64_t kLeast = std::uint64_t{256} << 10;
  const bool has_blocks = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize >= kLeast;
  // File systems without a bound of their own on files say 0 of both.
  return has_blocks && (found.f_files == 0 || found.f_favail > 0);
}

namespace {

// The settings below look at the file, which another process may just be making.
constexpr int kOpenTimeoutMs = 5'000;

// Per connection, none of it touches the file:
// - cache_size (KiB) bounds the memory of a connection, whatever the size of the file; for an index run the pages that
// a
//   batch touches fit, a question reads most pages once and gains nothing from keeping them;
// - a larger WAL than SQLite's 4 MiB means fewer syncs during a long run, and 16 MiB are still read quickly;
// - secure_delete (on in Debian's build) would overwrite what is removed; the index holds no secrets.
constexpr const char* kSettings =
    "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA secure_delete=OFF;";
constexpr const char* kCacheToWrite = "PRAGMA cache_size=-16384";
constexpr const char* kCacheToRead = "PRAGMA cache_size=-2048";

// Given to the error as its code when the system refused to open the file.
constexpr int kCode = 0xff;

int code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite != nullptr ? sqlite->result() & kCode : SQLITE_ERROR;
}

// Whether a full disk is the reason of `code`. For the files next to the database SQLite says no more than that they
// cannot be opened or written, and the errno of the last thing that it tried may be another one.
bool comes_of_full_disk(sqlite_api::sqlite3* connection, int code) {
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return code == SQLITE_FULL;
  const int cause = sqlite_api::sqlite3_system_errno(connection);
  if (util::is_no_space(cause)) return true;
  if (util::error_code_of(cause) == ErrorCode::denied) return false;
  const char* file = sqlite_api::sqlite3_db_filename(connection, "main");
  return file != nullptr && *file != '\0' && !has_room_beside(file);
}

[[noreturn]] void throw_open_error(sqlite_api::sqlite3* connection, int result) {
  std::string text = connection != nullptr ? sqlite_api::sqlite3_errmsg(connection) : "out of memory";
  const int reason = connection != nullptr ? sqlite_api::sqlite3_system_errno(connection) : 0;
  if (connection != nullptr && comes_of_full_disk(connection, result & kCode)) result = SQLITE_FULL;
  if ((result & kCode) == SQLITE_CANTOPEN && util::error_code_of(reason) == ErrorCode::denied) result = SQLITE_PERM;
  sqlite_api::sqlite3_close(connection);
  throw soci::sqlite3_soci_error(text, result);
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    if (plain)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri + "?immutable=1";
}

sqlite_api::sqlite3* open_file(const std::string& path, SqliteAccess access) {
  // A connection belongs to one thread at a time, so SQLite's own mutexes would be cost without use.
  int flags = SQLITE_OPEN_NOMUTEX;
  switch (access) {
    case SqliteAccess::memory: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY; break;
    case SqliteAccess::existing: flags |= SQLITE_OPEN_READWRITE; break;
    case SqliteAccess::create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case SqliteAccess::foreign: flags |= SQLITE_OPEN_READONLY; break;
    case SqliteAccess::immutable: flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI; break;
  }
  const std::string name = access == SqliteAccess::immutable ? immutable_uri(path)
                           : access == SqliteAccess::memory  ? ":memory:"
                                                             : path;
  sqlite_api::sqlite3* connection = nullptr;
  int result = sqlite_api::sqlite3_open_v2(name.c_str(), &connection, flags, nullptr);
  if (result == SQLITE_OK) result = sqlite_api::sqlite3_busy_timeout(connection, kOpenTimeoutMs);
  if (result == SQLITE_OK) result = sqlite_api::sqlite3_exec(connection, kSettings, nullptr, nullptr, nullptr);
  // What a schema could do beyond naming tables is refused (SQLite, "Defense Against The Dark Arts").
  if (result == SQLITE_OK && access == SqliteAccess::foreign)
    result = sqlite_api::sqlite3_exec(connection, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON", nullptr,
                                      nullptr, nullptr);
  const char* cache = access == SqliteAccess::create ? kCacheToWrite : kCacheToRead;
  if (result == SQLITE_OK) result = sqlite_api::sqlite3_exec(connection, cache, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw_open_error(connection, result);
  return connection;
}

// SOCI 4.0 builds its connection from a text that it splits at blanks and quotes, which no path with both survives, and
// offers no way to the flags of sqlite3_open_v2. So SOCI opens an empty database in memory and is handed ours instead.
struct Factory : soci::backend_factory {
  explicit Factory(SqliteAccess how) : access(how) {}

  soci::details::session_backend* make_session(const soci::connection_parameters& parameters) const override {
    sqlite_api::sqlite3* connection = open_file(parameters.get_connect_string(), access);
    try {
      const soci::backend_factory& sqlite = *soci::factory_sqlite3();
      auto* backend = static_cast<soci::sqlite3_session_backend*>(
          sqlite.make_session(soci::connection_parameters(sqlite, ":memory:")));
      sqlite_api::sqlite3_close(backend->conn_);
      backend->conn_ = connection;
      return backend;
    } catch (...) {
      sqlite_api::sqlite3_close(connection);
      throw;
    }
  }

  SqliteAccess access;
};

const Factory& factory_for(SqliteAccess access) {
  static const Factory existing(SqliteAccess::existing);
  static const Factory memory(SqliteAccess::memory);
  static const Factory create(SqliteAccess::create);
  static const Factory foreign(SqliteAccess::foreign);
  static const Factory immutable(SqliteAccess::immutable);
  switch (access) {
    case SqliteAccess::memory: return memory;
    case SqliteAccess::create: return create;
    case SqliteAccess::foreign: return foreign;
    case SqliteAccess::immutable: return immutable;
    case SqliteAccess::existing: break;
  }
  return existing;
}

sqlite_api::sqlite3* connection_of(soci::session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

std::unique_ptr<soci::session> connect_sqlite(const std::string& path, SqliteAccess access,
                                              std::chrono::seconds timeout) {
  auto session = std::make_unique<soci::session>(factory_for(access), path);
  const auto* backend = static_cast<soci::sqlite3_session_backend*>(session->get_backend());
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  sqlite_api::sqlite3_busy_timeout(
      backend->conn_, static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max())));
  return session;
}

void throw_with_cause(soci::session& session, const soci::soci_error& error) {
  const int code = code_of(error);
  throw soci::sqlite3_soci_error(error.get_error_message(),
                                 comes_of_full_disk(connection_of(session), code) ? SQLITE_FULL : code);
}

void copy_database(soci::session& from, soci::session& to) {
  sqlite_api::sqlite3* target = connection_of(to);
  sqlite_api::sqlite3_backup* backup = sqlite_api::sqlite3_backup_init(target, "main", connection_of(from), "main");
  if (backup != nullptr) {
    sqlite_api::sqlite3_backup_step(backup, -1);
    sqlite_api::sqlite3_backup_finish(backup);
  }
  if (const int result = sqlite_api::sqlite3_errcode(target); result != SQLITE_OK)
    throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(target), result);
}

bool is_full(const soci::soci_error& error) { return code_of(error) == SQLITE_FULL; }

bool is_refused_by_directory(const soci::soci_error& error) {
  const int code = code_of(error);
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM;
}

bool is_busy(const soci::soci_error& error) {
  const int code = code_of(error);
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

Error disk_full(const std::string& path) {
  return {ErrorCode::no_space, path + ": the disk is full; free some space and run again (`tcm prune` needs none)"};
}

Error not_an_index(const std::string& path) {
  const bool is_own = path == "tcm.db" || path.ends_with("/tcm.db");
  return {ErrorCode::corrupt, fmt::format("{}: is not an index of tcm; {}", path,
                                          is_own ? "delete it and run `tcm index` to rebuild" : "name another file")};
}

Error describe_sqlite_error(const std::string& path, const soci::soci_error& error) {
  const std::string text = error.get_error_message();
  switch (code_of(error)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::busy, fmt::format("{}: another process holds the index; try again when it is done, or wait "
                                           "longer with the setting storage.timeout",
                                           path)};
    case SQLITE_NOTADB: return not_an_index(path);
    case SQLITE_CORRUPT:
      return {ErrorCode::corrupt,
              fmt::format("{}: the index is damaged; delete it and run `tcm index` to rebuild", path)};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::denied, fmt::format("{}: no permission to open the index; check its owner and mode", path)};
    case SQLITE_READONLY:
      return {
          ErrorCode::denied,
          fmt::format("{}: the index cannot be written; check the permissions of the file and its directory", path)};
    case SQLITE_CANTOPEN:
      // SQLite tells by its code that a write found no room, but not that the files next to the database found none.
      if (!has_room_beside(path)) return disk_full(path);
      return {ErrorCode::failed,
              fmt::format("{}: the index cannot be opened; check the path and its permissions", path)};
    case SQLITE_FULL: return disk_full(path);
    case SQLITE_IOERR:
      if (!has_room_beside(path)) return disk_full(path);
      return {ErrorCode::failed, fmt::format("{}: reading or writing failed ({}); check the disk", path, text)};
    case SQLITE_ERROR:
      // Our statements are fixed, so a table or column that is not there is the file's fault.
      if (contains(text, "no such ") || contains(text, "has no column"))
        return {ErrorCode::corrupt,
                fmt::format("{}: the index is damaged ({}); delete it and run `tcm index` to rebuild", path, text)};
      break;
    default: break;
  }
  return {ErrorCode::failed, fmt::format("{}: the index does not answer: {}", path, text)};
}

}  // namespace tcm::index
