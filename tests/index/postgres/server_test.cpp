// SPDX-License-Identifier: Apache-2.0
// What only a server can do to an index: refuse, hang, go away and come back.
#include <atomic>
#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/index/upkeep/maintenance.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using tcm::test::PostgresDatabase;
using tcm::test::PostgresServer;
using ::testing::HasSubstr;
using ::testing::Not;

Error refusal(const std::string& location, OpenMode mode = OpenMode::create,
              std::chrono::seconds timeout = kDefaultTimeout) {
  const auto index = Index::open(location, mode, timeout);
  if (index) {
    ADD_FAILURE() << location << " opened";
    return {};
  }
  EXPECT_THAT(index.error().message, Not(HasSubstr("\n")));
  return index.error();
}

TEST(Server, AccessThatIsRefusedIsSaidWithoutSecrets) {
  const PostgresServer server(PostgresServer::Listen::loopback);
  const std::string at = "127.0.0.1:" + std::to_string(server.port());
  const Error wrong = refusal("postgresql://tcm:hunter2@" + at + "/postgres");
  EXPECT_EQ(wrong.code, ErrorCode::denied);
  EXPECT_THAT(wrong.message, HasSubstr("postgresql://tcm@" + at + "/postgres: "));
  EXPECT_THAT(wrong.message, HasSubstr("PGPASSFILE"));
  EXPECT_THAT(wrong.message, Not(HasSubstr("hunter2")));
  EXPECT_EQ(refusal("postgresql://tcm@" + at + "/postgres").code, ErrorCode::denied) << "no password at all";

  // Blanks in a value survive the way through every library.
  const std::string right = "postgresql:host=127.0.0.1 port=" + std::to_string(server.port()) + " user=tcm password='" +
                            PostgresServer::kPassword + "' dbname=";
  EXPECT_TRUE(Index::open(right + "postgres", OpenMode::create));
  const Error nowhere = refusal(right + "nowhere");
  EXPECT_EQ(nowhere.code, ErrorCode::missing);
  EXPECT_THAT(nowhere.message, HasSubstr("createdb"));
  EXPECT_THAT(nowhere.message, Not(HasSubstr(PostgresServer::kPassword)));
}

TEST(Server, AUrlThatIsNoneIsAUsageError) {
  for (const char* url : {"postgresql://h:port with blanks/d", "postgresql:host", "postgresql://h/d?nonsense=1"}) {
    const Error error = refusal(url);
    EXPECT_EQ(error.code, ErrorCode::usage) << url << ": " << error.message;
  }
  EXPECT_THAT(refusal("postgresql://u:hunter2@h/d?nonsense=1").message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal("postgresql:password=hunter2 nonsense=1").message, Not(HasSubstr("hunter2")));
}

TEST(Server, NobodyThereIsSaid) {
  const Error error = refusal("postgresql:///d?host=/nonexistent");
  EXPECT_EQ(error.code, ErrorCode::failed);
  EXPECT_THAT(error.message, HasSubstr("check that the server runs"));
}

TEST(Server, OneThatNeverAnswersIsGivenUp) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(socket, generic, size), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  ASSERT_EQ(::getsockname(socket, generic, &size), 0);
  const std::string url = "postgresql://u@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/d";
  const auto begin = std::chrono::steady_clock::now();
  const Error error = refusal(url, OpenMode::read, std::chrono::seconds(2));
  const auto waited = std::chrono::steady_clock::now() - begin;
  ::close(socket);
  EXPECT_EQ(error.code, ErrorCode::failed);
  EXPECT_THAT(error.message, HasSubstr("storage.timeout"));
  EXPECT_GT(waited, std::chrono::seconds(1));
  EXPECT_LT(waited, std::chrono::seconds(8));
}

// The server passes over tables of others with a warning that nobody sees.
TEST(Server, WhoDoesNotOwnTheTablesIsToldThatNothingWasVacuumed) {
  const PostgresDatabase database;
  value(Index::open(database.url(), OpenMode::create));
  const std::string reader = database.name() + "_reader";
  run_sql(database.url(), "CREATE ROLE " + reader + " LOGIN; GRANT USAGE ON SCHEMA public TO " + reader +
                              "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + reader);
  std::string url = database.url();
  url.replace(url.rfind("user="), std::string::npos, "user=" + reader);
  const auto refused = vacuum(url);
  EXPECT_TRUE(vacuum(database.url()));
  run_sql(database.url(), "DROP OWNED BY " + reader + "; DROP ROLE " + reader);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("owner"));
}

TEST(Server, AnEmptyDatabaseIsNoIndexYet) {
  const PostgresDatabase database;
  EXPECT_EQ(refusal(database.url(), OpenMode::read).code, ErrorCode::missing);
  EXPECT_EQ(count_tables(database.url(), ""), 0) << "reading makes no table";
}

TEST(Server, AReadOnlyDatabaseIsReadAndNotWritten) {
  const PostgresDatabase database;
  {
    Index index = value(Index::open(database.url(), OpenMode::create));
    write(index, "/r", {entry("K", "x")});
  }
  run_sql(database.url(), "ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
  Index index = value(Index::open(database.url(), OpenMode::create));
  EXPECT_EQ(keys(index, {}), "K");
  const auto refused = index.ensure_root(location("/new"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot be written"));
}

TEST(Server, AWaitForAnotherWriterHasAnEnd) {
  const PostgresDatabase database;
  Index index = value(Index::open(database.url(), OpenMode::create, std::chrono::seconds(1)));
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  // Another writer, that stops in its transaction until it is cancelled.
  std::thread holder([&] {
    EXPECT_ANY_THROW(run_sql(database.url(), "BEGIN; UPDATE root SET sums_valid = 0; SELECT pg_sleep(600); COMMIT"));
  });
  const std::string sleepers =
      " FROM pg_stat_activity WHERE datname = '" + database.name() + "' AND wait_event = 'PgSleep'";
  while (ask_sql(database.url(), "SELECT COUNT(*)" + sleepers) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(keys(index, {}), "K") << "readers never wait";
  auto writer = value(index.write_root(root));
  ok(writer->put(entry("L", "x")));
  const auto refused = writer->finish({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::busy);
  run_sql(database.url(), "SELECT pg_cancel_backend(pid)" + sleepers);
  holder.join();
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L") << "what waited is not lost";
}

TEST(Server, AWriterThatMetAConflictTriesAgain) {
  const PostgresDatabase database;
  Index index = value(Index::open(database.url(), OpenMode::create));
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  // Every other batch fails as one would between two writers that wait for each other.
  run_sql(database.url(), R"(
    CREATE SEQUENCE attempts;
    CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('attempts') % 2 = 1 THEN RAISE EXCEPTION 'disturbed' USING ERRCODE = '40P01'; END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER disturb BEFORE INSERT ON record FOR EACH STATEMENT EXECUTE FUNCTION disturb())");
  auto writer = value(index.write_root(root));
  ok(writer->put(entry("L", "x")));
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L");
  EXPECT_EQ(ask_sql(database.url(), "SELECT last_value FROM attempts"), 2);
}

/// In the place of a server that does not run: waits for one who wants to connect, and hangs up.
void turn_one_away(const PostgresServer& server) {
  const std::string path = (server.directory() / (".s.PGSQL." + std::to_string(server.port()))).string();
  ::unlink(path.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  const int caller = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_GE(caller, 0);
  ::unlink(path.c_str());
  ::close(socket);
  ::close(caller);
}

TEST(Server, ARestartInTheMiddleOfARunIsSurvived) {
  PostgresServer server;
  Index index = value(Index::open(server.url(), OpenMode::create));
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  auto writer = value(index.write_root(root));
  for (int i = 0; i < 5; ++i) {
    ok(writer->put(entry("L" + std::to_string(i), "x")));
    if (i % 2 == 0)
      server.stop();
    else
      server.kill();
    // The server lives no longer than the thread that starts it.
    std::thread run([&] { ok(writer->finish({})); });
    turn_one_away(server);
    server.start();
    run.join();
  }
  EXPECT_EQ(keys(index, {}), "K L0 L1 L2 L3 L4");
  EXPECT_EQ(value(index.roots()).at(0).entries, 6);
}

TEST(Server, AWaitForALostServerEndsWhenItIsInterrupted) {
  PostgresServer server;
  Index index = value(Index::open(server.url(), OpenMode::create));
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  auto writer = value(index.write_root(root));
  ok(writer->put(entry("L", "x")));
  server.stop();
  const std::atomic<bool> stop{true};
  index.stop_waiting_when(&stop);
  const auto interrupted = writer->finish({});
  ASSERT_FALSE(interrupted);
  EXPECT_EQ(interrupted.error().code, ErrorCode::interrupted);
  server.start();
  index.stop_waiting_when(nullptr);
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L") << "what waited is not lost";
}

TEST(Server, FunctionsOfAnotherReleaseAreReplaced) {
  const PostgresDatabase database;
  value(Index::open(database.url(), OpenMode::create));
  const auto outdate = [&] {
    run_sql(database.url(),
            "CREATE OR REPLACE FUNCTION tcm_json_number(document TEXT, path TEXT[]) RETURNS NUMERIC LANGUAGE sql AS "
            "'SELECT CAST(77 AS NUMERIC)'; UPDATE tcm_meta SET value = 1 WHERE name = 'functions'");
  };
  const auto answer = [&] { return ask_sql(database.url(), "SELECT CAST(tcm_json_number('[5]', '{0}') AS BIGINT)"); };
  for (const OpenMode mode : {OpenMode::read, OpenMode::create}) {
    outdate();
    ASSERT_EQ(answer(), 77);
    value(Index::open(database.url(), mode));
    EXPECT_EQ(answer(), 5);
  }
  // An index of a release that noted none.
  outdate();
  run_sql(database.url(), "DELETE FROM tcm_meta WHERE name = 'functions'");
  value(Index::open(database.url(), OpenMode::read));
  EXPECT_EQ(answer(), 5);
}

TEST(Server, WhoMayOnlyReadGoesOnWithTheFunctionsThatAreThere) {
  const PostgresDatabase database;
  {
    Index index = value(Index::open(database.url(), OpenMode::create));
    write(index, "/r", {entry("K", "x")});
  }
  run_sql(database.url(), "UPDATE tcm_meta SET value = 1 WHERE name = 'functions'");
  run_sql(database.url(), "ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
  Index index = value(Index::open(database.url(), OpenMode::read));
  EXPECT_EQ(keys(index, {}), "K");
  EXPECT_EQ(ask_sql(database.url(), "SELECT value FROM tcm_meta WHERE name = 'functions'"), 1);
}

TEST(Server, ADatabaseThatWentAwayIsAnErrorAndLeavesNothingHalfWritten) {
  PostgresServer server;
  run_sql(server.url(), "CREATE DATABASE fleet");
  Index index = value(Index::open(server.url("fleet"), OpenMode::create));
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  auto writer = value(index.write_root(root));
  ok(writer->put(entry("L", "x")));
  run_sql(server.url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'fleet'");
  run_sql(server.url(), "ALTER DATABASE fleet RENAME TO elsewhere");
  const auto lost = writer->finish({});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::failed);
  EXPECT_THAT(lost.error().message, HasSubstr("run again"));
  EXPECT_EQ(ask_sql(server.url("elsewhere"), "SELECT COUNT(*) FROM record"), 1);
  EXPECT_EQ(ask_sql(server.url("elsewhere"), "SELECT COUNT(*) FROM detail"), 1);
}

}  // namespace
}  // namespace tcm::index::test
