// SPDX-License-Identifier: Apache-2.0
// The servers that other tests rely on.
#include "tests/support/postgres.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcm::test {
namespace {

TEST(Postgres, AServerComesBackWithItsDataAfterACrash) {
  PostgresServer server;
  run_postgres(server.url(), "CREATE TABLE kept (n bigint); INSERT INTO kept VALUES (7)");
  server.kill();
  EXPECT_THROW(ask_postgres(server.url(), "SELECT 1"), std::runtime_error);
  server.start();
  EXPECT_EQ(ask_postgres(server.url(), "SELECT n FROM kept"), "7");
}

TEST(Postgres, TextSortsAsPeopleWouldUnlessToldOtherwise) {
  const PostgresDatabase database;
  EXPECT_EQ(ask_postgres(database.url(), "SELECT 'a' < 'B'"), "t");
  EXPECT_EQ(ask_postgres(database.url(), "SELECT 'a' COLLATE \"C\" < 'B'"), "f");
}

TEST(Postgres, DatabasesOfTheSharedServerAreApart) {
  const PostgresDatabase one;
  const PostgresDatabase two;
  run_postgres(one.url(), "CREATE TABLE mine (n bigint)");
  EXPECT_EQ(ask_postgres(two.url(), "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"), "0");
}

TEST(Postgres, AServerEndsWithItsProcess) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const PostgresServer server;
      const std::string directory = server.directory().string();
      if (::write(ends[1], directory.data(), directory.size()) > 0) ::pause();
    } catch (const std::exception&) {
    }
    ::_exit(1);
  }
  ::close(ends[1]);
  char buffer[512];
  const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
  ASSERT_GT(got, 0);
  const std::filesystem::path directory(std::string(buffer, static_cast<std::size_t>(got)));
  ASSERT_TRUE(std::filesystem::exists(directory / "data" / "postmaster.pid"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (int tries = 0; tries < 500 && std::filesystem::exists(directory / "data" / "postmaster.pid"); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(std::filesystem::exists(directory / "data" / "postmaster.pid"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tcm::test
