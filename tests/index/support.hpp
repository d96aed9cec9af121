// SPDX-License-Identifier: Apache-2.0
// What the tests of the index share: a directory of their own, entries that look real, and short ways to ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/index/index.hpp"
#include "tests/support/storage.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::index::test {

using tcm::test::ask_sql;
using tcm::test::count_tables;
using tcm::test::run_sql;
using tcm::test::stores_in_postgres;

/// A place for an index, which goes with the test. Where that is a file, it lies in a directory of the test's own.
class IndexTest : public ::testing::Test {
 protected:
  Index open(OpenMode mode = OpenMode::create) const;
  const std::string& dir() const { return dir_; }
  const std::string& path() const { return storage_.location(); }
  /// What errors name the index by.
  const std::string& name() const { return storage_.name(); }

 private:
  tcm::test::TempDir directory_;
  std::string dir_ = directory_.path().string();
  tcm::test::TestStorage storage_{directory_.path()};
};

/// The value, or a failed test and an exception.
template <class T>
T value(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}
void ok(const Result<void>& result);

model::Record kernel(const std::string& name, const std::string& backend = "cuda", const std::string& arch = "90");
model::Entry entry(const std::string& key, std::vector<model::Record> records, std::int64_t mtime_ns = 1'000);
model::Entry entry(const std::string& key, const std::string& name, std::int64_t mtime_ns = 1'000);
model::RootLocation location(const std::string& path);

/// Writes the entries into a root, which is made when it is new, and returns its id.
std::int64_t write(Index& index, const std::string& root, const std::vector<model::Entry>& entries);

/// Fields as users name them.
Field resource_field(const std::string& name);
Field metadata_field(const std::vector<std::string>& path);

std::vector<Row> rows(Index& index, const Criteria& criteria = {}, Order order = {},
                      std::optional<std::int64_t> limit = std::nullopt);
/// The keys of the rows that match, in key order, joined by blanks.
std::string keys(Index& index, const Criteria& criteria);

}  // namespace tcm::index::test
