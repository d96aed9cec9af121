// SPDX-License-Identifier: Apache-2.0
// Several processes at one index, and processes that die.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/index/write/root_writer.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::HasSubstr;

class ProcessesTest : public IndexTest {
 protected:
  static pid_t start(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool good = false;
      try {
        good = work();
      } catch (...) {
      }
      ::_exit(good ? 0 : 1);
    }
    return child;
  }
  static int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }
  /// Waits until the index holds more records than `before`; gives up after a minute.
  void wait_for_records(std::int64_t before) const {
    Index index = open(OpenMode::read);
    for (int tries = 0; tries < 6'000 && value(index.count({})) <= before; ++tries) ::usleep(10'000);
  }
  static Result<void> try_put_many(const std::string& path, const std::string& root, const std::string& prefix,
                                   int count) {
    TCM_ASSIGN(Index index, Index::open(path, OpenMode::create));
    TCM_ASSIGN(const RootRow row, index.ensure_root(location(root)));
    TCM_ASSIGN(const auto writer, index.write_root(row.id));
    for (int i = 0; i < count; ++i) TCM_TRY(writer->put(entry(prefix + std::to_string(i), "x")));
    return writer->finish({});
  }
  static bool put_many(const std::string& path, const std::string& root, const std::string& prefix, int count) {
    const auto done = try_put_many(path, root, prefix, count);
    if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return done.has_value();
  }
};

TEST_F(ProcessesTest, ManyMakeTheIndexAtOnceAndLoseNothing) {
  constexpr int kProcesses = 6;
  constexpr int kEntries = 1'200;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p)
    children.push_back(start([&, p] {
      // Half of them share a root, and all of them some keys.
      const std::string root = p % 2 == 0 ? "/shared" : "/own" + std::to_string(p);
      return put_many(path(), root, "P" + std::to_string(p) + "-", kEntries) && put_many(path(), root, "same", 50);
    }));
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);

  Index index = open(OpenMode::read);
  EXPECT_EQ(value(index.sum({})).records, kProcesses * kEntries + 4 * 50);
  for (const RootRow& row : value(index.roots()))
    EXPECT_EQ(row.entries, (row.location.path == "/shared" ? 3 * kEntries : kEntries) + 50) << row.location.path;
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM detail"), kProcesses * kEntries + 4 * 50);
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM record LEFT JOIN detail ON record_id = id WHERE record_id IS NULL"),
            0);
}

class FileProcessesTest : public ProcessesTest {};

// A bounded wait, then a clear line.
TEST_F(FileProcessesTest, AWriterWaitsABoundedTimeAndReadersNever) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(keys(index, {}), "K");
  Index reader = open(OpenMode::read);
  EXPECT_EQ(keys(reader, {}), "K");
  EXPECT_EQ(value(index.ensure_root(location("/r"))).id, root) << "a root that is known needs no writing";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));

  auto writer = value(index.write_root(root));
  ok(writer->put(entry("L", "x")));
  const auto refused = writer->finish({});
  const auto waited = std::chrono::steady_clock::now() - begin;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::busy);
  EXPECT_THAT(refused.error().message, HasSubstr(path()));
  EXPECT_GT(waited, std::chrono::seconds(3));
  EXPECT_LT(waited, std::chrono::seconds(20));

  ASSERT_EQ(sqlite3_exec(holder, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(holder);
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L") << "what waited is not lost";
}

TEST_F(FileProcessesTest, HowLongAWriterWaitsIsSettable) {
  open();
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  Index index = value(Index::open(path(), OpenMode::create, std::chrono::seconds(1)));
  const auto begin = std::chrono::steady_clock::now();
  const auto refused = index.ensure_root(location("/r"));
  const auto waited = std::chrono::steady_clock::now() - begin;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::busy);
  EXPECT_THAT(refused.error().message, HasSubstr("storage.timeout"));
  EXPECT_LT(waited, kDefaultTimeout) << "the usual wait is longer";
  sqlite3_close(holder);
}

TEST_F(FileProcessesTest, AWaitThatEndsInTimeIsNoError) {
  using Clock = std::chrono::steady_clock;
  Index index = open();
  int held[2];      // the child has the lock
  int begun[2];     // this process is about to wait for it
  int released[2];  // when the child gave it back
  for (int* ends : {held, begun, released}) ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = start([&] {
    sqlite3* holder = nullptr;
    char byte = 0;
    if (sqlite3_open(path().c_str(), &holder) != SQLITE_OK ||
        sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK ||
        ::write(held[1], "x", 1) != 1 || ::read(begun[0], &byte, 1) != 1)
      return false;
    ::usleep(300'000);  // a part of what a writer waits; how much of it this process has slept through does not matter
    const Clock::rep now = Clock::now().time_since_epoch().count();
    return sqlite3_exec(holder, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK &&
           ::write(released[1], &now, sizeof now) == sizeof now;
  });
  char byte = 0;
  ASSERT_EQ(::read(held[0], &byte, 1), 1);
  ASSERT_EQ(::write(begun[1], "x", 1), 1);
  EXPECT_TRUE(index.ensure_root(location("/r")));
  const Clock::rep done = Clock::now().time_since_epoch().count();
  Clock::rep when = 0;
  ASSERT_EQ(::read(released[0], &when, sizeof when), static_cast<ssize_t>(sizeof when));
  EXPECT_GT(done, when) << "it waited for the lock";
  EXPECT_EQ(wait_for(child), 0);
  for (int* ends : {held, begun, released}) ::close(ends[0]), ::close(ends[1]);
}

TEST_F(ProcessesTest, AKilledWriterLeavesAConsistentIndex) {
  open();
  std::int64_t records_before = 0;
  for (int round = 0; round < 8; ++round) {
    const pid_t child = start([&] { return put_many(path(), "/r", "R" + std::to_string(round) + "-", 1'000'000); });
    wait_for_records(records_before);
    ::usleep(static_cast<useconds_t>(round) * 7'000);  // to die at another point each time
    ::kill(child, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(wait_for(child)));

    Index index = open(round % 2 == 0 ? OpenMode::read : OpenMode::create);
    const Sums sums = value(index.sum({}));
    EXPECT_GT(sums.records, records_before);
    records_before = sums.records;
    EXPECT_EQ(sums.records % static_cast<std::int64_t>(kBatchEntries), 0) << "whole batches, or nothing of them";
    const auto roots = value(index.roots());
    if (!roots.empty()) {
      EXPECT_EQ(roots.at(0).entries, sums.entries);
    }
    EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM detail"), sums.records);
  }
  if (!stores_in_postgres()) {
    EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
  }
  EXPECT_TRUE(put_many(path(), "/r", "after", 10));
}

}  // namespace
}  // namespace tcm::index::test
