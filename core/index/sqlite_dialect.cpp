// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/dialect.hpp"
#include "core/index/sqlite_connection.hpp"

namespace tcm::index {
namespace {

class SqliteDialect final : public Dialect {
 public:
  // Only this very word makes the column the row's own number, which saves an index; it holds 64 bits all the same.
  std::string_view id_type() const override { return "INTEGER"; }
  std::string_view text_type() const override { return "TEXT"; }
  std::string_view begin_write() const override { return "BEGIN IMMEDIATE"; }

  void prepare_fresh(soci::session& session) const override {
    // The change to WAL does not wait for others by itself (SQLite, "Write-Ahead Logging").
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
      try {
        std::string mode;
        session << "PRAGMA journal_mode=WAL", soci::into(mode);
        return;
      } catch (const soci::soci_error& error) {
        if (!is_busy(error) || std::chrono::steady_clock::now() > give_up) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  std::string_view count_tables() const override {
    return "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND (:name = '' OR name = :name)";
  }

  std::string rows_of_list(std::string_view parameter) const override {
    return fmt::format("SELECT value FROM json_each({})", parameter);
  }
  std::string text_list(const std::vector<std::string_view>& texts) const override { return json_text_list(texts); }

  std::string matches_glob(std::string_view column, std::string_view value) const override {
    return fmt::format("{} GLOB {}", column, value);
  }

  // The shell negates a set with '!' as well as '^'; GLOB knows '^' only.
  std::string glob_pattern(std::string_view shell_pattern) const override {
    std::string pattern(shell_pattern);
    bool in_set = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (in_set) {
        in_set = pattern[i] != ']';
        continue;
      }
      if (pattern[i] != '[') continue;
      in_set = true;
      std::size_t first = i + 1;
      if (first < pattern.size() && (pattern[first] == '!' || pattern[first] == '^')) pattern[first++] = '^';
      // A ']' that comes first belongs to the set.
      if (first < pattern.size() && pattern[first] == ']') ++first;
      i = first - 1;
    }
    return pattern;
  }

  std::string json_value(std::string_view document, std::string_view path) const override {
    return fmt::format("json_extract({}, {})", document, path);
  }
  // Names between quotes, so that a dot in one is no step. The parts hold no quotes: they are checked names.
  std::string json_path(const std::vector<std::string>& parts) const override {
    std::string path = "$";
    for (const std::string& part : parts) path += fmt::format(".\"{}\"", part);
    return path;
  }
  std::string json_is_number(std::string_view value) const override {
    return fmt::format("typeof({}) IN ('integer', 'real')", value);
  }
  std::string json_is_text(std::string_view value) const override { return fmt::format("typeof({}) = 'text'", value); }
  std::string json_text(std::string_view value) const override { return fmt::format("CAST({} AS TEXT)", value); }

  Error describe(const std::string& where, const soci::soci_error& error) const override {
    return describe_sqlite_error(where, error);
  }
};

}  // namespace

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace tcm::index
