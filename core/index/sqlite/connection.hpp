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
  existing,   ///< read and write where the file can be written, else read
  create,     ///< the same, and made when it is not there
  foreign,    ///< read, another program's file: nothing in it is trusted
  immutable,  ///< read, without the lock files that the directory refuses; for a file that nobody writes
};

/// Connects. `timeout` is how long each statement waits for another writer. Throws soci::soci_error.
std::unique_ptr<soci::session> connect_sqlite(const std::string& path, SqliteAccess access,
                                              std::chrono::seconds timeout);

/// The error for the user: its kind, and one line that begins with `path`.
Error describe_sqlite_error(const std::string& path, const soci::soci_error& error);

/// The error for a file that is not an index. Only under the name that tcm gives its own is it advised to delete it.
Error not_an_index(const std::string& path);

/// Whether `error` may come from a directory that refuses the files a WAL needs beside the database.
bool is_refused_by_directory(const soci::soci_error& error);

/// Whether `error` says that somebody else holds the database.
bool is_busy(const soci::soci_error& error);

}  // namespace tcm::index
