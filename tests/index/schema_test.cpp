// SPDX-License-Identifier: Apache-2.0
#include "core/index/schema.hpp"

#include <array>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::HasSubstr;

constexpr std::array<std::string_view, 2> kGood{"CREATE TABLE extra (id $id PRIMARY KEY, words $text)",
                                                "UPDATE record SET name = name || '!'"};
constexpr std::array<std::string_view, 2> kBad{"CREATE TABLE extra2 (id $id PRIMARY KEY)", "UPDATE nothing SET x = 1"};

class SchemaTest : public IndexTest {
 protected:
  std::int64_t version() { return ask_sql(path(), "SELECT value FROM tcm_meta WHERE name = 'schema_version'"); }
};

// What only files have.
class SchemaFileTest : public SchemaTest {};

TEST_F(SchemaFileTest, AnEmptyFileBecomesAnIndex) {
  std::ofstream(path()).close();
  Index index = open(OpenMode::read);
  write(index, "/r", {entry("K", "x")});
  EXPECT_EQ(version(), kSchemaVersion);
}

TEST_F(SchemaTest, TheMigrationsCountUpFromOne) {
  int expected = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.to, expected++);
  EXPECT_EQ(migrations().back().to, kSchemaVersion);
}

TEST_F(SchemaTest, AnOlderIndexIsMigratedWithItsRows) {
  {
    Index index = open();
    write(index, "/r", {entry("K", "x")});
  }
  Session session = value(Session::open(path(), OpenMode::read));
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({kSchemaVersion + 1, kGood});
  ok(bring_up_to_date(session, steps));
  EXPECT_EQ(version(), kSchemaVersion + 1);
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM record WHERE name = 'x!'"), 1);
  ok(bring_up_to_date(session, steps));
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM record WHERE name = 'x!'"), 1) << "a migration runs once";
}

TEST_F(SchemaTest, AMigrationThatFailsLeavesTheOldSchema) {
  open();
  Session session = value(Session::open(path(), OpenMode::read));
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({kSchemaVersion + 1, kGood});
  steps.push_back({kSchemaVersion + 2, kBad});
  EXPECT_THROW(std::ignore = bring_up_to_date(session, steps), soci::soci_error);
  EXPECT_EQ(version(), kSchemaVersion + 1);
  EXPECT_EQ(count_tables(path(), "extra2"), 0);
}

// known-failures B22.
TEST_F(SchemaTest, ANewerIndexIsRefusedWithBothVersions) {
  open();
  run_sql(path(), "UPDATE tcm_meta SET value = 77 WHERE name = 'schema_version'");
  for (const OpenMode mode : {OpenMode::read, OpenMode::create}) {
    const auto index = Index::open(path(), mode);
    ASSERT_FALSE(index);
    EXPECT_EQ(index.error().code, ErrorCode::too_new);
    EXPECT_THAT(index.error().message, HasSubstr(name()));
    EXPECT_THAT(index.error().message, HasSubstr("version 77"));
    EXPECT_THAT(index.error().message, HasSubstr("up to " + std::to_string(kSchemaVersion)));
  }
  EXPECT_EQ(version(), 77);
}

TEST_F(SchemaTest, AnotherProgramsDatabaseIsLeftAlone) {
  run_sql(path(), "CREATE TABLE kernels (hash TEXT); INSERT INTO kernels VALUES ('h')");
  for (const OpenMode mode : {OpenMode::read, OpenMode::create}) {
    const auto index = Index::open(path(), mode);
    ASSERT_FALSE(index);
    EXPECT_EQ(index.error().code, ErrorCode::corrupt);
    EXPECT_THAT(index.error().message, HasSubstr("another program"));
  }
  EXPECT_EQ(count_tables(path(), ""), 1);
}

TEST_F(SchemaFileTest, TheFileUsesAWriteAheadLogAndForeignKeys) {
  Index index = open();
  Session session = value(Session::open(path(), OpenMode::read));
  std::string mode;
  session.sql() << "PRAGMA journal_mode", soci::into(mode);
  EXPECT_EQ(mode, "wal");
  int on = 0;
  session.sql() << "PRAGMA foreign_keys", soci::into(on);
  EXPECT_EQ(on, 1);
}

TEST_F(SchemaFileTest, EverySizeAndTimeHas64Bits) {
  open();
  EXPECT_EQ(
      ask_sql(path(),
              "SELECT COUNT(*) FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND "
              "c.type NOT IN ('BIGINT', 'TEXT') AND c.pk = 0"),
      0);
}

}  // namespace
}  // namespace tcm::index::test
