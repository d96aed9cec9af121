// SPDX-License-Identifier: Apache-2.0
// One connection. The place where exceptions of the database library become Errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <soci/soci.h>

#include "core/index/dialect.hpp"
#include "core/index/index.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

class Session {
 public:
  /// Connects and brings the schema up to date; errors as Index::open.
  static Result<Session> open(const std::string& path, OpenMode mode);

  soci::session& sql() { return *sql_; }
  const Dialect& dialect() const { return *dialect_; }
  /// How errors name this database.
  const std::string& where() const { return where_; }

  /// Calls `work`, which returns a Result, and turns what the database throws into its error.
  template <class Work>
  auto guard(Work&& work) -> decltype(work()) {
    try {
      return std::forward<Work>(work)();
    } catch (const soci::soci_error& error) {
      return fail(dialect_->describe(where_, error));
    }
  }

  /// The error of a value that this release never writes.
  tl::unexpected<Error> damaged(std::string_view what) const;

 private:
  Session(std::string where, std::unique_ptr<soci::session> sql, const Dialect& dialect);

  std::string where_;
  std::unique_ptr<soci::session> sql_;
  const Dialect* dialect_;
};

/// A transaction that writes. Rolls back unless committed. Throws soci::soci_error.
class WriteTransaction {
 public:
  explicit WriteTransaction(Session& session);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit();

 private:
  soci::session& sql_;
  bool open_ = true;
};

/// Hands out `count` ids that no row has or ever had, and returns the first. Within a WriteTransaction. A counter of
/// our own, because ids are then known before the rows are written, and are never used twice: an id read by one process
/// cannot come to mean another entry. Throws soci::soci_error.
std::int64_t take_ids(soci::session& sql, std::int64_t count);

/// Now, in nanoseconds since 1970 UTC.
std::int64_t now_ns();

}  // namespace tcm::index
