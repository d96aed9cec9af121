// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "core/index/sql/session.hpp"
#include "core/index/sql/value.hpp"

namespace tcm::index {

/// How many rows an answer may have.
enum class Rows {
  few,   ///< they fit into memory
  many,  ///< they are read by parts; until the last one was fetched, or the statement is gone, the session is in a
         ///< transaction
};

/// A result that is read by parts, within a transaction of its own. Throws soci::soci_error.
class Cursor {
 public:
  explicit Cursor(Session& session);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  const std::string& name() const { return name_; }
  void close();

 private:
  Session& session_;
  std::string name_;
  bool outermost_;
  bool open_ = true;
};

/// A statement with its values, which must outlive it. Throws soci::soci_error.
class BoundStatement {
 public:
  BoundStatement(Session& session, std::string text, const std::vector<Value>& values, Rows rows = Rows::few);

  /// Names where the next column of each row goes.
  template <class T>
  BoundStatement& into(T& target) {
    target_statement().exchange(soci::into(target));
    return *this;
  }
  template <class T>
  BoundStatement& into(T& target, soci::indicator& indicator) {
    target_statement().exchange(soci::into(target, indicator));
    return *this;
  }
  /// A text, which may hold any bytes.
  BoundStatement& into(std::string& target);
  BoundStatement& into(std::string& target, soci::indicator& indicator);
  /// Starts a query; the rows come from fetch().
  void execute();
  /// Carries out a statement that has no rows.
  void run();
  /// Reads the next row; false at the end.
  bool fetch();

 private:
  soci::statement& target_statement() { return by_cursor_ ? rows_ : statement_; }
  void prepare(const std::string& text);
  bool fetch_part();

  Session& session_;
  bool by_cursor_;
  std::optional<Cursor> cursor_;
  soci::statement statement_;
  soci::statement rows_;  // of a cursor
  std::string text_;
  std::vector<std::string*> texts_;
};

}  // namespace tcm::index
