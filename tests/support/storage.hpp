// SPDX-License-Identifier: Apache-2.0
// Where the tests keep their indexes: in files, or, when the variable TCM_TEST_STORAGE says `postgresql`, in databases
// of a PostgreSQL server. The same tests run with both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/postgres.hpp"

namespace tcm::test {

bool stores_in_postgres();

/// A place for one index, gone with the object. What Index::open takes is location().
class TestStorage {
 public:
  /// A file, if it is one, lies in `directory`.
  explicit TestStorage(const std::filesystem::path& directory);
  const std::string& location() const { return location_; }
  /// What errors name it by: a part of location().
  const std::string& name() const { return name_; }

 private:
  std::unique_ptr<PostgresDatabase> database_;
  std::string location_;
  std::string name_;
};

/// Runs SQL past the index, in whichever database `location` is.
void run_sql(const std::string& location, const std::string& sql);
/// The first column of the first row, a number.
std::int64_t ask_sql(const std::string& location, const std::string& sql);
/// How many tables are called `name`; all when it is empty.
std::int64_t count_tables(const std::string& location, const std::string& name);

}  // namespace tcm::test
