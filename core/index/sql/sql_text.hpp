// SPDX-License-Identifier: Apache-2.0
// How a database spells what all of them can do. `:name` stands for a bound value throughout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcm::index {

class SqlText {
 public:
  /// Type of a primary key that this program hands out itself.
  virtual std::string_view id_type() const = 0;
  /// Type of text that compares byte by byte.
  virtual std::string_view text_type() const = 0;

  /// Text of any bytes (but zero) as this database can hold it, and back. For every text that is bound or read.
  virtual std::string stored(std::string text) const = 0;
  virtual std::string plain(std::string text) const = 0;

  /// `column` in a condition that the planner must not answer from an index of that column.
  virtual std::string without_index(std::string_view column) const = 0;

  /// A query with one row, `value`, for each text of a list that was bound as text_list(). One bound value however
  /// long the list: databases limit how many values a statement may have.
  virtual std::string rows_of_list(std::string_view parameter) const = 0;
  virtual std::string text_list(const std::vector<std::string_view>& texts) const = 0;

  /// A bound real number, where the database would otherwise take it for the type it is compared with.
  virtual std::string real_value(std::string_view value) const = 0;
  /// Whether `column` begins with the bound text `value`; empty when comparing with the bounds does as well.
  virtual std::string begins_with(std::string_view column, std::string_view value) const = 0;

  /// Whether `column` matches the pattern in `value`, bound as glob_pattern(): what util::glob_match() does where no
  /// database is asked, in the database's own language of patterns.
  virtual std::string matches_glob(std::string_view column, std::string_view value) const = 0;
  virtual std::string glob_pattern(std::string_view shell_pattern) const = 0;

  /// Expressions for a value inside a JSON document, null when it is not there; `path` was bound as json_path(). A
  /// number, or a truth value as 0 or 1 (null when it is another kind); a text (the same); any value as text.
  virtual std::string json_number(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_string(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_shown(std::string_view document, std::string_view path) const = 0;
  /// Of which type such a value is, as the database names types of JSON: "text" or "string", "integer", "real" or
  /// "number", "true", "false" or "boolean"; anything else is a list or an object.
  virtual std::string json_kind(std::string_view document, std::string_view path) const = 0;
  virtual std::string json_path(const std::vector<std::string>& parts) const = 0;

 protected:
  ~SqlText() = default;
};

/// A JSON array of strings. Bytes that are not UTF-8 stand as they are.
std::string json_text_list(const std::vector<std::string_view>& texts);

/// `text` with every `$id` and `$text` replaced by the types of the database.
std::string with_types(const SqlText& sql, std::string_view text);

}  // namespace tcm::index
