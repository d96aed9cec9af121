// SPDX-License-Identifier: Apache-2.0
// Opening an SQLite file below SOCI, and what its result codes mean.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/util/result.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace tcm::index {

enum class SqliteAccess {
  memory,     ///< a new database in memory; the path does not count
  existing,   ///< read and write where the file can be written, else read
  create,     ///< the same, and made when it is not there
  foreign,    ///< read, another program's file: nothing in it is trusted
  immutable,  ///< read, without the lock files that the directory refuses; for a file that nobody writes
};

/// Connects. `timeout` is how long each statement waits for another writer. Throws soci::soci_error.
std::unique_ptr<soci::session> connect_sqlite(const std::string& path, SqliteAccess access,
                                              std::chrono::seconds timeout);

/// Throws `error`, which a statement of this session threw; one that comes of a full disk as SQLITE_FULL, whichever
/// call of the system it was that found no room.
[[noreturn]] void throw_with_cause(soci::session& session, const soci::soci_error& error);

/// Copies the whole database into one in memory. Throws soci::soci_error.
void copy_database(soci::session& from, soci::session& to);

/// Whether the file system of this file, which need not be there yet, has room for the files that SQLite makes next
/// to it.
bool has_room_beside(const std::string& file);

/// The error for the user: its kind, and one line that begins with `path`.
Error describe_sqlite_error(const std::string& path, const soci::soci_error& error);

/// The error for a file whose disk is full.
Error disk_full(const std::string& path);

/// The error for a file that is not an index. Only under the name that tcm gives its own is it advised to delete it.
Error not_an_index(const std::string& path);

/// Whether `error` may come from a directory that refuses the files a WAL needs next to the database.
bool is_refused_by_directory(const soci::soci_error& error);

/// Whether `error` says that the disk is full.
bool is_full(const soci::soci_error& error);

/// Whether `error` says that somebody else holds the database.
bool is_busy(const soci::soci_error& error);

}  // namespace tcm::index
