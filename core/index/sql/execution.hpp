// SPDX-License-Identifier: Apache-2.0
// How a database carries out statements: transactions, rows, and what its errors mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/index/sql/cells.hpp"
#include "core/util/result.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace tcm::index {

/// What the error of a statement says about trying again.
enum class Failure {
  final,     ///< the same again would fail again
  conflict,  ///< another writer was in the way: try the transaction again
  lost,      ///< the connection is gone: connect, then try the transaction again
};

struct Batch;

class Execution {
 public:
  /// Begins a transaction that holds the right to write from its first moment, so that it can never fail half-way
  /// because a second writer was quicker.
  virtual std::string_view begin_write() const = 0;
  /// Whether the counter of ids is moved on before a transaction rather than in it: where transactions of several
  /// writers run at once, a counter held to the end of each would let only one of them go on.
  virtual bool takes_ids_apart() const = 0;
  /// Begins a transaction that sees one state of the database.
  virtual std::string_view begin_snapshot() const = 0;
  /// Adds rows, within a transaction. Throws soci::soci_error.
  virtual void insert(soci::session& session, const Table& table, const std::vector<Cells>& rows) const = 0;
  /// Whether the database hands over a long result as a whole, unless it is fetched by parts through a cursor.
  virtual bool reads_by_cursor() const = 0;
  /// Writes the changes of a batch, see rows/batch.hpp. Throws soci::soci_error.
  virtual void write(soci::session& session, const Batch& batch) const = 0;

  /// How errors advise to get rid of an index that is no use any more.
  virtual std::string_view rebuild_advice() const = 0;
  virtual Error describe(const std::string& where, const soci::soci_error& error) const = 0;
  virtual Failure judge(soci::session& session, const soci::soci_error& error) const = 0;

 protected:
  ~Execution() = default;
};

}  // namespace tcm::index
