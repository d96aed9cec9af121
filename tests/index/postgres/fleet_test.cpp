// SPDX-License-Identifier: Apache-2.0
// Many hosts at one server at once, and what the server does for a question to all of them.
#include <array>
#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/index/postgres/dialect.hpp"
#include "core/index/query/group.hpp"
#include "core/index/query/list.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using tcm::test::ask_postgres;
using tcm::test::PostgresDatabase;
using tcm::test::PostgresServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kHosts = 8;
constexpr int kEntries = 2'000;

/// `before` is called with the number of each entry.
Result<void> index_as(const std::string& url, int host, const std::function<void(int)>& before) {
  TCM_ASSIGN(Index index, Index::open(url, OpenMode::create));
  TCM_TRY(index.use_host({"gpu-" + std::to_string(host), {}}));
  TCM_ASSIGN(const RootRow row, index.ensure_root(location("/home/you/.triton/cache")));
  TCM_ASSIGN(const auto writer, index.write_root(row.id));
  for (int i = 0; i < kEntries; ++i) {
    before(i);
    TCM_TRY(writer->put(entry("KEY" + std::to_string(i), "kernel" + std::to_string(i % 10))));
  }
  return writer->finish({});
}

/// Runs all hosts, each in a process of its own, and `meanwhile` at the same time: no host writes its last entry before
/// that is over. Returns how many failed.
int index_all(const std::string& url, const std::function<void()>& meanwhile) {
  std::array<int, 2> gate{};
  EXPECT_EQ(::pipe(gate.data()), 0);
  std::vector<pid_t> children;
  for (int host = 0; host < kHosts; ++host) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(gate[1]);
      const auto done = index_as(url, host, [&gate](int i) {
        char end = 0;
        if (i == kEntries - 1 && ::read(gate[0], &end, 1) != 0) std::fputs("the gate cannot be read\n", stderr);
      });
      if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
      ::_exit(done ? 0 : 1);
    }
    children.push_back(child);
  }
  meanwhile();
  ::close(gate[0]);
  ::close(gate[1]);
  int failed = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    failed += status == 0 ? 0 : 1;
  }
  return failed;
}

void expect_whole(const std::string& url) {
  Index index = value(Index::open(url, OpenMode::read));
  const auto roots = value(index.roots(Hosts::all));
  ASSERT_EQ(roots.size(), static_cast<std::size_t>(kHosts));
  for (const RootRow& row : roots) EXPECT_EQ(row.entries, kEntries) << row.host;
  EXPECT_EQ(value(index.sum({.all_hosts = true})).records, kHosts * kEntries);
  EXPECT_EQ(ask_sql(url, "SELECT COUNT(*) FROM detail"), kHosts * kEntries);
  EXPECT_EQ(ask_sql(url, "SELECT COUNT(DISTINCT id) FROM record"), kHosts * kEntries);
}

TEST(FleetServer, EightHostsAtOnceLoseNothingAndRemoveOnlyTheirOwn) {
  const PostgresDatabase database;
  EXPECT_EQ(index_all(database.url(), [] {}), 0);
  expect_whole(database.url());

  Index third = value(Index::open(database.url(), OpenMode::read));
  ok(third.use_host({"gpu-3", {}}));
  auto writer = value(third.write_root(value(third.roots()).at(0).id));
  std::vector<std::int64_t> ids;
  ok(third.list({}, {}, std::nullopt, [&](const Row& row) { ids.push_back(row.id); }));
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kEntries));
  for (const std::int64_t id : ids) ok(writer->remove(id));
  ok(writer->finish({}));
  for (const RootRow& row : value(third.roots(Hosts::all)))
    EXPECT_EQ(row.entries, row.host == "gpu-3" ? 0 : kEntries) << row.host;
}

/// 0 also before there is a table.
std::int64_t records_in(const std::string& url) {
  return count_tables(url, "record") == 0 ? 0 : ask_sql(url, "SELECT COUNT(*) FROM record");
}

TEST(FleetServer, AServerThatIsKilledAndComesBackCostsNothing) {
  PostgresServer server;
  const int failed = index_all(server.url(), [&] {
    for (int round = 1; round <= 2; ++round) {
      std::int64_t written = 0;
      while ((written = records_in(server.url())) < round * kHosts * kEntries / 4)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      EXPECT_LT(written, kHosts * kEntries) << "they are in the middle of it";
      if (round == 1)
        server.kill();
      else
        server.stop();
      server.start();
    }
  });
  EXPECT_EQ(failed, 0);
  expect_whole(server.url());
}

class FleetPlan : public ::testing::Test {
 protected:
  FleetPlan() {
    value(Index::open(database_.url(), OpenMode::create));
    // 200 hosts with 200 kernels each, straight into the tables.
    run_sql(database_.url(), R"(
      INSERT INTO host SELECT h, 'name ' || h, 'h' || h, '' FROM generate_series(1, 200) AS h;
      INSERT INTO root (id, identity, host_id, path, cache_dir, layout, first_seen_ns)
        SELECT h, h || ' /r', h, '/r', '/r', 'triton', 1 FROM generate_series(1, 200) AS h;
      INSERT INTO record (id, root_id, key, ordinal, kind, name, backend, arch, triton_version, ir_bytes,
          assembly_bytes, binary_bytes, source_bytes, module_bytes, metadata_bytes, other_bytes, total_bytes,
          file_count, inode, mtime_ns, key_hash, settled, first_seen_ns, probed_by, problem)
        SELECT h * 1000 + k, h, 'K' || h || '-' || k, 0, 'kernel', 'name' || k % 20, 'b' || k % 2, '9' || k % 3,
          '3.6.0', 1, 1, 1, 1, 0, 1, 0, 5, 6, k, h * 7919 + k * 104729, k, 1, 1, '', ''
        FROM generate_series(1, 200) AS h, generate_series(1, 200) AS k;
      ANALYZE)");
  }

  /// How the server goes about a query, with the values in their places.
  std::string plan(std::string text, const QueryBuilder& query) const {
    for (std::size_t i = query.values().size(); i-- > 0;) {
      const Value& bound = query.values()[i];
      const auto* words = std::get_if<std::string>(&bound);
      const std::string shown = words != nullptr ? "'" + *words + "'" : std::to_string(std::get<std::int64_t>(bound));
      const std::string name = fmt::format(":p{}", i);
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
        text.replace(at, name.size(), shown);
    }
    run_sql(database_.url(),
            "CREATE OR REPLACE FUNCTION plan_of(query TEXT) RETURNS TEXT LANGUAGE plpgsql AS $$ "
            "DECLARE line TEXT; plan TEXT = ''; BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP "
            "plan = plan || line || chr(10); END LOOP; RETURN plan; END $$");
    return ask_postgres(database_.url(), "SELECT plan_of($query$" + text + "$query$)");
  }
  std::string list_plan(Criteria criteria) const {
    criteria.all_hosts = true;
    criteria.kinds = {model::EntryKind::kernel};
    QueryBuilder query(postgres_dialect());
    const std::string text = list_query(query, record_columns(), criteria, {}, 50);
    return plan(text, query);
  }

  PostgresDatabase database_;
};

TEST_F(FleetPlan, AListReadsOnlyTheRowsThatItPrints) {
  EXPECT_THAT(list_plan({.names = {{"name7"}}}), AllOf(HasSubstr("record_name"), Not(HasSubstr("Sort"))));
  EXPECT_THAT(list_plan({}), AllOf(HasSubstr("record_modified"), Not(HasSubstr("Sort"))));
}

}  // namespace
}  // namespace tcm::index::test
