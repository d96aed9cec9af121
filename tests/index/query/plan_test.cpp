// SPDX-License-Identifier: Apache-2.0
// How the database goes about the questions that are asked most: a full scan for each row written, or for each list,
// would make a large index useless. What is looked at are the statements that the index itself runs.
#include <functional>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "core/index/postgres/dialect.hpp"
#include "core/index/query/group.hpp"
#include "core/index/query/list.hpp"
#include "core/index/sqlite/dialect.hpp"
#include "core/index/write/root_writer.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::set<std::string>* statements_seen = nullptr;

int see_statement(unsigned, void*, void* statement, void*) {
  if (statements_seen != nullptr) statements_seen->insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

// SQLite calls this for each connection that is opened from then on.
int watch(sqlite3* connection, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, see_statement, nullptr);
}

class PlanTest : public IndexTest {
 protected:
  PlanTest() : watching_(sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch))), index(open()) {}
  ~PlanTest() override { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }

  /// The statements on table `record` that run during `work`.
  static std::set<std::string> statements(const std::function<void()>& work) {
    std::set<std::string> seen;
    statements_seen = &seen;
    work();
    statements_seen = nullptr;
    std::erase_if(seen, [](const std::string& sql) { return sql.find(" record") == std::string::npos; });
    return seen;
  }

  std::string plan_of(const std::string& sql) const {
    sqlite3* connection = nullptr;
    sqlite3_stmt* statement = nullptr;
    std::string lines;
    EXPECT_EQ(sqlite3_open(path().c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(connection, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
    while (sqlite3_step(statement) == SQLITE_ROW)
      lines += std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3))) + "\n";
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    return lines;
  }

  /// The plans of the statements on `record` that run during `work`.
  std::vector<std::string> plans(const std::function<void()>& work) const {
    std::vector<std::string> found;
    for (const std::string& sql : statements(work)) found.push_back(plan_of(sql));
    return found;
  }

  /// As `list` asks.
  std::vector<std::string> list_plans(Criteria criteria, Order order = {}) {
    criteria.all_hosts = true;
    return plans([&] { ok(index.list(criteria, order, 50, [](const Row&) {})); });
  }

 private:
  int watching_;

 protected:
  Index index;
};

TEST_F(PlanTest, ListByNameReadsOnlyWhatItPrints) {
  for (const auto& kinds : {std::vector<model::EntryKind>{}, {model::EntryKind::kernel}})
    EXPECT_THAT(list_plans({.names = {{"x"}}, .kinds = kinds}),
                AllOf(Contains(HasSubstr("SEARCH record USING INDEX record_name (name=?)")),
                      Each(Not(HasSubstr("TEMP B-TREE")))));
}

TEST_F(PlanTest, TheNewestReadOnlyWhatTheyPrint) {
  using enum model::EntryKind;
  for (const Criteria& criteria : {Criteria{}, Criteria{.kinds = {kernel}}, Criteria{.kinds = {kernel, broken}},
                                   Criteria{.root_paths = {"/r"}}, Criteria{.backends = {{"hip"}}, .kinds = {kernel}}})
    EXPECT_THAT(list_plans(criteria), AllOf(Contains(HasSubstr("SCAN record USING INDEX record_modified")),
                                            Each(Not(HasSubstr("TEMP B-TREE")))));
  EXPECT_THAT(
      list_plans({.modified_before_ns = 5}),
      AllOf(Contains(HasSubstr("SEARCH record USING INDEX record_modified")), Each(Not(HasSubstr("TEMP B-TREE")))));
}

TEST_F(PlanTest, TheLargestAndTheKeysComeFromAnIndex) {
  EXPECT_THAT(list_plans({}, {column_field("size"), false}), Contains(HasSubstr("USING INDEX record_size")));
  EXPECT_THAT(list_plans({}, {column_field("key"), true}), AllOf(Contains(HasSubstr("USING INDEX record_identity")),
                                                                 Each(Not(HasSubstr("TEMP B-TREE FOR ORDER BY")))));
  EXPECT_THAT(list_plans({.key_prefix = "AB"}, {column_field("key"), true}),
              Contains(HasSubstr("SEARCH record USING INDEX record_identity (key>? AND key<?)")));
}

TEST_F(PlanTest, ProblemsAreFoundByTheirIndex) {
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  EXPECT_THAT(plans([&] { value(index.problems(root)); }), Contains(HasSubstr("record_problem")));
}

TEST_F(PlanTest, GroupsReadTheTableOnceInItsOwnOrder) {
  for (const GroupKey key : {GroupKey::backend, GroupKey::name, GroupKey::kind, GroupKey::version})
    EXPECT_THAT(plans([&] { value(index.group({.all_hosts = true}, {key})); }),
                AllOf(Not(IsEmpty()), Each(AllOf(HasSubstr("SCAN record\n"), Not(HasSubstr("USING INDEX"))))));
}

TEST_F(PlanTest, CountingReadsAnIndexAndNoRow) {
  using enum model::EntryKind;
  const auto count = [&](Criteria criteria) {
    criteria.all_hosts = true;
    return plans([&] { value(index.count(criteria)); });
  };
  EXPECT_THAT(count({.names = {{"x"}}, .kinds = {kernel}}), Contains(HasSubstr("USING COVERING INDEX record_name")));
  EXPECT_THAT(count({.kinds = {kernel}}), Contains(HasSubstr("USING COVERING INDEX")));
}

TEST_F(PlanTest, ComparingWithTheDiskReadsOneIndexAndNoRow) {
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  for (const std::uint64_t shards : {1U, 4U})
    EXPECT_THAT(plans([&] { ok(index.known_entries(root, shards, 0, [](const KnownEntry&) {})); }),
                AllOf(Not(IsEmpty()), Each(HasSubstr("USING COVERING INDEX record_stamp (root_id=?"))));
}

TEST_F(PlanTest, WritingAnEntrySearchesAndNeverScans) {
  const std::int64_t root = write(index, "/r", {entry("K", {kernel("x"), kernel("y")}), entry("L", "x")});
  const std::int64_t gone = rows(index, {.key_prefix = "L"}).at(0).id;
  const auto writer = value(index.write_root(root));
  // One batch, which is written when it is full. The sums over the root come later, once a run.
  const std::set<std::string> written = statements([&] {
    ok(writer->put_files(entry("K", {kernel("x"), kernel("y")}, 2)));
    ok(writer->remove(gone));
    for (std::size_t i = 2; i < kBatchEntries; ++i) ok(writer->put(entry("K" + std::to_string(i), "x")));
  });
  std::vector<std::string> found;
  for (const std::string& sql : written) {
    found.push_back(plan_of(sql));
    // The keys of a batch come as one JSON list: going through that is no scan of a table.
    const std::string tables = std::regex_replace(found.back(), std::regex("SCAN json_each"), "");
    EXPECT_THAT(tables, Not(HasSubstr("SCAN"))) << sql;
  }
  EXPECT_GE(written.size(), 5U) << "records, details, resources; what is changed, replaced and removed";
  EXPECT_THAT(found, Contains(HasSubstr("record_identity (key=? AND root_id=?")));
}

// SQLite's way to keep an index out of a condition is an operator elsewhere, which would keep every index out.
TEST(PlanText, AnIndexIsOnlyKeptOutWhereThePlannerNeedsIt) {
  const Criteria criteria{.root_paths = {"/r"}, .root_ids = {{1}}};
  QueryBuilder sqlite(sqlite_dialect());
  sqlite.add(criteria);
  EXPECT_THAT(sqlite.where(), HasSubstr("+record.root_id IN"));
  QueryBuilder postgres(postgres_dialect());
  postgres.add(criteria);
  EXPECT_THAT(postgres.where(), HasSubstr(" record.root_id IN"));
  EXPECT_THAT(postgres.where(), Not(HasSubstr("+record")));
}

}  // namespace
}  // namespace tcm::index::test
