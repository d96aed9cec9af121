// SPDX-License-Identifier: Apache-2.0
// How the database goes about the questions that are asked most: known-failures C1 to C3 were a full scan for each row
// written and for each list.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "core/index/postgres/dialect.hpp"
#include "core/index/query/group.hpp"
#include "core/index/query/list.hpp"
#include "core/index/sqlite/dialect.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PlanTest : public IndexTest {
 protected:
  PlanTest() : index(open()) {}

  std::string plan(const std::string& sql) {
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

  // As `list` asks.
  std::string list_plan(Criteria criteria, Order order = {}) {
    criteria.all_hosts = true;
    QueryBuilder query(sqlite_dialect());
    return plan(list_query(query, criteria, order, 50));
  }

  Index index;
};

TEST_F(PlanTest, ListByNameReadsOnlyWhatItPrints) {
  for (const auto& kinds : {std::vector<model::EntryKind>{}, {model::EntryKind::kernel}})
    EXPECT_THAT(list_plan({.names = {{"x"}}, .kinds = kinds}),
                AllOf(HasSubstr("SEARCH record USING INDEX record_name (name=?)"), Not(HasSubstr("TEMP B-TREE"))));
}

TEST_F(PlanTest, TheNewestReadOnlyWhatTheyPrint) {
  using enum model::EntryKind;
  for (const Criteria& criteria : {Criteria{}, Criteria{.kinds = {kernel}}, Criteria{.kinds = {kernel, broken}},
                                   Criteria{.root_paths = {"/r"}}, Criteria{.backends = {{"hip"}}, .kinds = {kernel}}})
    EXPECT_THAT(list_plan(criteria),
                AllOf(HasSubstr("SCAN record USING INDEX record_modified"), Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(list_plan({.modified_before_ns = 5}),
              AllOf(HasSubstr("SEARCH record USING INDEX record_modified"), Not(HasSubstr("TEMP B-TREE"))));
}

TEST_F(PlanTest, TheLargestAndTheKeysComeFromAnIndex) {
  EXPECT_THAT(list_plan({}, {SortKey::size, false}), HasSubstr("USING INDEX record_size"));
  EXPECT_THAT(list_plan({}, {SortKey::key, true}),
              AllOf(HasSubstr("USING INDEX record_identity"), Not(HasSubstr("TEMP B-TREE FOR ORDER BY"))));
  EXPECT_THAT(list_plan({.key_prefix = "AB"}, {SortKey::key, true}),
              HasSubstr("SEARCH record USING INDEX record_identity (key>? AND key<?)"));
}

TEST_F(PlanTest, ProblemsAreFoundByTheirIndex) {
  EXPECT_THAT(
      plan("SELECT problem, COUNT(DISTINCT key) FROM record WHERE root_id = 1 AND problem <> '' GROUP BY problem"),
      HasSubstr("record_problem"));
}

TEST_F(PlanTest, GroupsReadTheTableOnceInItsOwnOrder) {
  for (const GroupKey key : {GroupKey::backend, GroupKey::name, GroupKey::kind, GroupKey::version}) {
    QueryBuilder query(sqlite_dialect());
    EXPECT_THAT(plan(group_query(query, {.all_hosts = true}, {key})),
                AllOf(HasSubstr("SCAN record\n"), Not(HasSubstr("USING INDEX"))));
  }
}

TEST_F(PlanTest, CountingReadsAnIndexAndNoRow) {
  EXPECT_THAT(plan("SELECT COUNT(*) FROM record WHERE name = 'x' AND kind = 'kernel'"),
              HasSubstr("USING COVERING INDEX record_name"));
  EXPECT_THAT(plan("SELECT COUNT(*) FROM record WHERE kind = 'kernel'"), HasSubstr("USING COVERING INDEX"));
}

TEST_F(PlanTest, ComparingWithTheDiskReadsOneIndexAndNoRow) {
  EXPECT_THAT(
      plan("SELECT id, inode, mtime_ns, ctime_ns, key_hash, settled FROM record WHERE root_id = 1 AND ordinal = 0"),
      HasSubstr("USING COVERING INDEX record_stamp (root_id=?"));
}

TEST_F(PlanTest, WritingAnEntrySearchesAndNeverScans) {
  for (const char* sql :
       {"SELECT id FROM record WHERE key = 'k' AND root_id = 1 AND ordinal = 0",
        "DELETE FROM record WHERE key = 'k' AND root_id = 1 AND ordinal > 0",
        "DELETE FROM record WHERE root_id = 1 AND key = (SELECT key FROM record AS one WHERE one.id = 5)"})
    EXPECT_THAT(plan(sql), AllOf(HasSubstr("record_identity (key=? AND root_id=?"), Not(HasSubstr("SCAN")))) << sql;
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
