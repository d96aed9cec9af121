// SPDX-License-Identifier: Apache-2.0
// What differs between databases. Everything else in this room is one text for all of them; `:name` stands for a bound
// value throughout.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
struct Table;
using Cell = std::variant<std::monostate, long long, std::string>;

class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string_view name() const = 0;

  /// Type of a primary key that this program hands out itself.
  virtual std::string_view id_type() const = 0;
  /// Type of text that compares byte by byte.
  virtual std::string_view text_type() const = 0;

  /// Text of any bytes (but zero) as this database can hold it, and back. For every text that is bound or read.
  virtual std::string stored(std::string text) const = 0;
  virtual std::string plain(std::string text) const = 0;

  /// Begins a transaction that holds the right to write from its first moment, so that it can never fail half-way
  /// because a second writer was quicker.
  virtual std::string_view begin_write() const = 0;
  /// Whether the counter of ids is moved on before a transaction rather than in it: where transactions of several
  /// writers run at once, a counter held to the end of each would let only one of them go on.
  virtual bool takes_ids_apart() const = 0;
  /// Makes a fresh database ready for migrations.
  virtual void prepare_fresh(soci::session& session) const = 0;
  /// Within a transaction: waits until no other process migrates.
  virtual void lock_schema(soci::session& session) const = 0;
  /// What else than tables a schema of this release has, made anew after each migration.
  virtual void make_functions(soci::session& session) const = 0;
  /// Whether the database hands over a long result as a whole, unless asked for it by parts through a cursor.
  virtual bool reads_by_cursor() const = 0;
  /// How many tables of this database have the name `:name`; when `:name` is empty, how many there are.
  virtual std::string_view count_tables() const = 0;

  /// A query with one row, `value`, for each text of a list that was bound as text_list(). One bound value however
  /// long the list: databases limit how many values a statement may have.
  virtual std::string rows_of_list(std::string_view parameter) const = 0;
  virtual std::string text_list(const std::vector<std::string_view>& texts) const = 0;

  /// A bound real number, where the database would otherwise take it for the type it is compared with.
  virtual std::string real_value(std::string_view value) const = 0;
  /// Whether `column` begins with the bound text `value`; empty when comparing with the bounds does as well.
  virtual std::string begins_with(std::string_view column, std::string_view value) const = 0;

  /// Whether `column` matches the pattern in `value`, bound as glob_pattern().
  virtual std::string matches_glob(std::string_view column, std::string_view value) const = 0;
  virtual std::string glob_pattern(std::string_view shell_pattern) const = 0;

  /// Expressions for a value inside a JSON document, null when it is not there; `path` was bound as json_path(). A
  /// number, or a truth value as 0 or 1 (null when it is another kind); a text (the same); any value as text.
  virtual std::string json_number(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_string(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_shown(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_path(const std::vector<std::string>& parts) const = 0;

  /// How many bytes the index takes.
  virtual std::string_view size_query() const = 0;
  /// Statements, outside transactions, see vacuum().
  virtual std::vector<std::string_view> vacuum() const = 0;
  /// How many of the index's tables vacuum() would pass over, because they belong to somebody else.
  virtual std::string_view count_tables_of_others() const = 0;
  /// Begins a transaction that sees one state of the database.
  virtual std::string_view begin_snapshot() const = 0;
  /// Adds rows, within a transaction. Throws soci::soci_error.
  virtual void insert(soci::session& session, const Table& table, const std::vector<std::vector<Cell>>& rows) const = 0;

  /// How errors advise to get rid of an index that is no use any more.
  virtual std::string_view rebuild_advice() const = 0;
  virtual Error describe(const std::string& where, const soci::soci_error& error) const = 0;
  virtual Failure judge(soci::session& session, const soci::soci_error& error) const = 0;
  /// Writes the changes of a batch, see batch.hpp.
  virtual void write(soci::session& session, const Batch& batch) const = 0;
};

/// A JSON array of strings. Bytes that are no UTF-8 stand as they are.
std::string json_text_list(const std::vector<std::string_view>& texts);

/// `text` with every `$id` and `$text` replaced by the types of the dialect.
std::string with_types(const Dialect& dialect, std::string_view text);

}  // namespace tcm::index
