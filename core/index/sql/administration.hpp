// SPDX-License-Identifier: Apache-2.0
// Looking after a database as a whole.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace soci {
class session;
}  // namespace soci

namespace tcm::index {

class Administration {
 public:
  virtual std::string_view name() const = 0;
  /// Makes a fresh database ready for migrations.
  virtual void prepare_fresh(soci::session& session) const = 0;
  /// Within a transaction: waits until no other process migrates.
  virtual void lock_schema(soci::session& session) const = 0;
  /// What else than tables a schema of this release has; made anew where functions_digest() differs from the one in
  /// the database.
  virtual void make_functions(soci::session& session) const = 0;
  /// Of the text of make_functions(); 0 when there are none.
  virtual std::int64_t functions_digest() const = 0;
  /// How many tables of this database have the name `:name`; when `:name` is empty, how many there are.
  virtual std::string_view count_tables() const = 0;
  /// How many bytes the index takes.
  virtual std::string_view size_query() const = 0;
  /// Answers with one row for each fault of the database, or with the one word "ok"; empty: its server looks itself.
  virtual std::string_view quick_check() const = 0;
  /// Statements, outside transactions, see vacuum().
  virtual std::vector<std::string_view> vacuum() const = 0;
  /// How many of the index's tables vacuum() would pass over, because they belong to somebody else.
  virtual std::string_view count_tables_of_others() const = 0;

 protected:
  ~Administration() = default;
};

}  // namespace tcm::index
