// SPDX-License-Identifier: Apache-2.0
// One connection. The place where exceptions of the database library become Errors.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <soci/soci.h>

#include "core/index/sql/dialect.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

class Session {
 public:
  /// Makes a new connection after one was lost.
  using Connect = std::function<Result<std::unique_ptr<soci::session>>()>;

  /// Without `connect` a connection cannot be lost. `where` is how errors name the database.
  Session(std::string where, std::unique_ptr<soci::session> sql, const Dialect& dialect, Connect connect = {});

  soci::session& sql() { return *sql_; }
  const Dialect& dialect() const { return *dialect_; }
  /// Whose roots are this program's own, see Index::use_host().
  std::int64_t host_id() const { return host_id_; }
  void set_host(std::int64_t host_id) { host_id_ = host_id; }
  /// How errors name this database.
  const std::string& where() const { return where_; }

  /// Once `stop` is true, a wait for a server that went away ends with ErrorCode::interrupted. Null: nothing ends it
  /// early. `stop` must live until it is replaced.
  void stop_waiting_when(const std::atomic<bool>* stop) { stop_ = stop; }

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
        if (again) continue;
        return fail(std::exchange(interrupted_, false) ? interrupted() : dialect_->describe(where_, error));
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

  /// Waits a little, connects anew where that is needed; false when it is no use.
  bool try_again(const soci::soci_error& error, int attempt);
  bool connect_again();
  /// Sleeps; false when somebody asked to stop.
  bool pause(std::chrono::milliseconds time);
  Error interrupted() const;

  std::string where_;
  std::unique_ptr<soci::session> sql_;
  const Dialect* dialect_;
  Connect connect_;
  int transactions_ = 0;  // open ones, of which all but the first are parts of it
  bool delivered_ = false;
  const std::atomic<bool>* stop_ = nullptr;
  bool interrupted_ = false;  // while it waited for the server
  std::int64_t host_id_ = 0;
};

}  // namespace tcm::index
