// SPDX-License-Identifier: Apache-2.0
// One connection. The place where exceptions of the database library become Errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <soci/soci.h>

#include "core/index/index.hpp"
#include "core/index/sql/dialect.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

class Session {
 public:
  /// Connects and brings the schema up to date; `location` and errors as Index::open.
  static Result<Session> open(const std::string& location, OpenMode mode,
                              std::chrono::seconds timeout = kDefaultTimeout);

  /// Connects to what is there and leaves its schema as it is.
  static Result<Session> connect(const std::string& location, std::chrono::seconds timeout);

  soci::session& sql() { return *sql_; }
  const Dialect& dialect() const { return *dialect_; }
  /// Whose roots are this program's own, see Index::use_host().
  std::int64_t host_id() const { return host_id_; }
  void set_host(std::int64_t host_id) { host_id_ = host_id; }
  /// How errors name this database.
  const std::string& where() const { return where_; }

  /// Calls `work`, which returns a Result, and turns what the database throws into its error. Calls it again, as long
  /// as none of its rows went anywhere (see BoundStatement::fetch), when another writer was in its way, or when the
  /// connection was lost and a new one could be made: `work` starts from nothing each time.
  template <class Work>
  auto guard(Work&& work) -> decltype(work()) {
    const bool outermost = transactions_ == 0;
    for (int attempt = 0;; ++attempt) {
      const bool delivered_before = std::exchange(delivered_, false);
      try {
        auto result = work();
        delivered_ = delivered_before;
        return result;
      } catch (const soci::soci_error& error) {
        const bool again = outermost && !delivered_ && try_again(error, attempt);
        delivered_ = delivered_before;
        if (!again) return fail(dialect_->describe(where_, error));
      }
    }
  }

  /// To be called when a row of a result is handed on.
  void note_delivery() { delivered_ = true; }

  /// The error of a value that this release never writes.
  tl::unexpected<Error> damaged(std::string_view what) const;

 private:
  friend class WriteTransaction;
  friend class Cursor;
  friend class Snapshot;
  using Connect = std::function<Result<std::unique_ptr<soci::session>>()>;

  Session(std::string where, std::unique_ptr<soci::session> sql, const Dialect& dialect);
  static Result<Session> open_sqlite(const std::string& path, OpenMode mode, std::chrono::seconds timeout);
  static Result<Session> connect_to_server(const std::string& target, std::chrono::seconds timeout);
  static Result<Session> open_postgres(const std::string& target, OpenMode mode, std::chrono::seconds timeout);

  /// Waits a little, connects anew where that is needed; false when it is no use.
  bool try_again(const soci::soci_error& error, int attempt);
  bool connect_again();

  std::string where_;
  std::unique_ptr<soci::session> sql_;
  const Dialect* dialect_;
  Connect connect_;       // empty: a connection cannot be lost
  int transactions_ = 0;  // open ones, of which all but the first are parts of it
  bool delivered_ = false;
  std::int64_t host_id_ = 0;
};

/// A transaction that writes. Rolls back unless committed. Within another transaction (a list that is being read) it is
/// a part of that one. Throws soci::soci_error.
class WriteTransaction {
 public:
  /// Hands out `ids` ids that no row has or ever had. From a counter of our own, because ids are then known before the
  /// rows are written, and are never used twice: an id read by one process cannot come to mean another entry.
  explicit WriteTransaction(Session& session, std::int64_t ids = 0);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit();
  /// The first of the ids.
  std::int64_t first_id() const { return first_id_; }

 private:
  void roll_back();

  Session& session_;
  bool inner_;
  bool open_ = false;
  std::int64_t first_id_ = 0;
};

/// A transaction that reads one state of the database, however many questions it is asked. Throws soci::soci_error.
class Snapshot {
 public:
  explicit Snapshot(Session& session);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Session& session_;
};

/// Now, in nanoseconds since 1970 UTC.
std::int64_t now_ns();

}  // namespace tcm::index
