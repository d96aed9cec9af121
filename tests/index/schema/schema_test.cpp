// SPDX-License-Identifier: Apache-2.0
#include "core/index/schema/schema.hpp"

#include <array>
#include <fstream>

#include <gmock/gmock.h>

#include "core/index/open.hpp"
#include "core/index/postgres/dialect.hpp"
#include "core/index/sql/dialect.hpp"
#include "core/index/sqlite/dialect.hpp"
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
  Session session = value(open_session(path(), OpenMode::read));
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({kSchemaVersion + 1, kGood});
  ok(bring_up_to_date(session, steps));
  EXPECT_EQ(version(), kSchemaVersion + 1);
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM record WHERE name = 'x!'"), 1);
  ok(bring_up_to_date(session, steps));
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM record WHERE name = 'x!'"), 1) << "a migration runs once";
}

// Every release's index becomes one of today with what was in it.
TEST_F(SchemaTest, EveryReleasedVersionIsMigratedWithItsRows) {
  for (int released = 1; released < kSchemaVersion; ++released) {
    const tcm::test::TempDir directory;
    const tcm::test::TestStorage storage(directory.path());
    const std::string& location = storage.location();
    const Dialect& dialect = stores_in_postgres() ? postgres_dialect() : sqlite_dialect();
    for (const Migration& step : migrations().first(static_cast<std::size_t>(released)))
      for (const std::string_view statement : step.statements) run_sql(location, with_types(dialect, statement));
    run_sql(location, "UPDATE tcm_meta SET value = " + std::to_string(released) + " WHERE name = 'schema_version'");
    run_sql(location, "UPDATE tcm_meta SET value = 9 WHERE name = 'next_id'");
    // Until hosts came, the path was the identity.
    const bool has_hosts = released >= 3;
    const std::string names = has_hosts ? "identity, path" : "path";
    run_sql(location, "INSERT INTO root (id, cache_dir, layout, first_seen_ns, " + names +
                          ") VALUES (7, '/c', 'vllm', 5, " + (has_hosts ? "'0 /r', '/r')" : "'/r')"));
    run_sql(location, "INSERT INTO cache_dir (layout, beside_files, beside_bytes, " + names +
                          ") VALUES ('vllm', 2, 20, " + (has_hosts ? "'0 /c', '/c')" : "'/c')"));
    run_sql(location,
            "INSERT INTO record (id, root_id, key, ordinal, kind, name, backend, arch, triton_version, ir_bytes, "
            "assembly_bytes, binary_bytes, source_bytes, module_bytes, metadata_bytes, other_bytes, total_bytes, "
            "file_count, inode, mtime_ns, key_hash, settled, first_seen_ns, probed_by, problem) VALUES (8, 7, 'K', 0, "
            "'kernel', 'x', 'cuda', '90', '3.6.0', 1, 2, 3, 4, 5, 6, 7, 28, 7, 9, 10, 11, 1, 12, '', '')");
    run_sql(location, "INSERT INTO detail (record_id, metadata, artifacts, problem_detail) VALUES (8, '{}', '[]', '')");

    Index index = value(Index::open(location, OpenMode::create));
    EXPECT_EQ(ask_sql(location, "SELECT value FROM tcm_meta WHERE name = 'schema_version'"), kSchemaVersion);
    const Row row = rows(index).at(0);
    EXPECT_EQ(row.id, 8);
    EXPECT_EQ(row.root, "/r");
    EXPECT_EQ(row.first_seen_ns, 12);
    EXPECT_EQ(value(index.detail(8)).metadata, "{}");
    EXPECT_EQ(value(index.cache_dirs()).at(0).other_files.bytes, 20u);
    EXPECT_EQ(write(index, "/r", {entry("K", "x"), entry("L", "x")}), 7) << "the root is still the same";
    EXPECT_EQ(rows(index, {.key_prefix = "K"}).at(0).first_seen_ns, 12);
  }
}

TEST_F(SchemaTest, AMigrationThatFailsLeavesTheOldSchema) {
  open();
  Session session = value(open_session(path(), OpenMode::read));
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({kSchemaVersion + 1, kGood});
  steps.push_back({kSchemaVersion + 2, kBad});
  EXPECT_THROW(std::ignore = bring_up_to_date(session, steps), soci::soci_error);
  EXPECT_EQ(version(), kSchemaVersion + 1);
  EXPECT_EQ(count_tables(path(), "extra2"), 0);
}

// A newer schema may mean other things by the same names.
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

TEST_F(SchemaTest, TheIndexOfAnEarlierToolIsLeftAloneAndTheWayOnNamed) {
  run_sql(path(), "CREATE TABLE kernels (hash TEXT)");
  const auto index = Index::open(path(), OpenMode::create);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, ErrorCode::corrupt);
  EXPECT_THAT(index.error().message, HasSubstr("tcm db import-legacy"));
  EXPECT_EQ(count_tables(path(), ""), 1);
}

TEST_F(SchemaTest, AnotherProgramsDatabaseIsLeftAlone) {
  run_sql(path(), "CREATE TABLE orders (hash TEXT); INSERT INTO orders VALUES ('h')");
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
  Session session = value(open_session(path(), OpenMode::read));
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
