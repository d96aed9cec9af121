// SPDX-License-Identifier: Apache-2.0
// What the tests of the index share: a directory of their own, entries that look real, and short ways to ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/index/index.hpp"

namespace tcm::index::test {

/// A directory that goes with the test, and in it the path of an index.
class IndexTest : public ::testing::Test {
 protected:
  IndexTest();
  ~IndexTest() override;

  Index open(OpenMode mode = OpenMode::create) const;
  const std::string& dir() const { return dir_; }
  const std::string& path() const { return path_; }

 private:
  std::string dir_;
  std::string path_;
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

std::vector<Row> rows(Index& index, const Criteria& criteria = {}, Order order = {},
                      std::optional<std::int64_t> limit = std::nullopt);
/// The keys of the rows that match, in key order, joined by blanks.
std::string keys(Index& index, const Criteria& criteria);

/// Runs SQL past the index, through SQLite itself.
void run_sql(const std::string& path, const std::string& sql);
/// The first column of the first row.
std::int64_t ask_sql(const std::string& path, const std::string& sql);

}  // namespace tcm::index::test
