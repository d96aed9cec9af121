// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/maintenance.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "core/index/upkeep/copy.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::HasSubstr;

class MaintenanceTest : public IndexTest {
 protected:
  std::string file(const char* name) const { return dir() + "/" + name; }

  /// Everything odd that an index can hold.
  static void fill(const std::string& location) {
    Index index = value(Index::open(location, OpenMode::create));
    ok(index.use_host({"gpu\xff", "1234"}));
    std::vector<model::Entry> entries;
    for (int i = 0; i < 2'500; ++i) {
      model::Record record = kernel("name \xfe{}\"\\'," + std::to_string(i));
      record.facts.num_stages.reset();
      record.facts.metadata = R"({"a":"\u0000\ud800","b":[1, 2]})";
      if (i % 2 == 0) {
        model::Resource registers;
        registers.key = "registers";
        registers.value = std::int64_t{42};
        record.resources.push_back(registers);
      }
      entries.push_back(entry("K\xf0" + std::to_string(i), {record}, i));
    }
    write(index, "/r \xff", entries);
    ok(index.put_cache_dir({"/c\xfd", model::Layout::vllm, {3, 30}}));
  }
  static std::vector<std::string> described(const std::string& location) {
    Index index = value(Index::open(location, OpenMode::read));
    std::vector<std::string> lines;
    for (const Row& row : rows(index, {.all_hosts = true}, {column_field("key"), true})) {
      const Detail detail = value(index.detail(row.id));
      lines.push_back(std::to_string(row.id) + row.key + row.name + row.host + row.root + detail.metadata +
                      std::to_string(detail.resources.size()) + std::to_string(row.first_seen_ns));
    }
    return lines;
  }
};

TEST_F(MaintenanceTest, AnIndexMovesToAnotherDatabaseAndBack) {
  fill(file("first.db"));
  const CopyReport there = value(copy_index(file("first.db"), path()));
  EXPECT_EQ(there.rows, 1 + 1 + 1 + 2'500 + 2'500 + 1'250);
  EXPECT_EQ(described(path()), described(file("first.db")));
  const CopyReport back = value(copy_index(path(), file("second.db")));
  EXPECT_EQ(back.rows, there.rows);
  EXPECT_EQ(back.digest, there.digest);
  EXPECT_EQ(described(file("second.db")), described(path()));

  Index copied = value(Index::open(path(), OpenMode::create));
  ok(copied.use_host({"gpu\xff", "1234"}));
  const std::int64_t known = rows(copied, {}, {column_field("key"), false}, 1).at(0).id;
  write(copied, "/new", {entry("NEW", "x")});
  EXPECT_GT(rows(copied, {.key_prefix = "NEW"}).at(0).id, known) << "ids go on where they were";
}

TEST_F(MaintenanceTest, AnIndexIsNotCopiedOverAnother) {
  fill(file("first.db"));
  fill(path());
  const auto refused = copy_index(file("first.db"), path());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(name()));
  EXPECT_THAT(refused.error().message, HasSubstr("holds an index already"));
  EXPECT_EQ(copy_index(file("nowhere.db"), file("new.db")).error().code, ErrorCode::missing);
}

TEST_F(MaintenanceTest, ADamagedSourceIsNamedAndNotTheTarget) {
  fill(file("first.db"));
  run_sql(file("first.db"), "ALTER TABLE record RENAME COLUMN arch TO arch2");
  const auto failed = copy_index(file("first.db"), path());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::corrupt);
  EXPECT_THAT(failed.error().message, HasSubstr(file("first.db") + ": "));
  EXPECT_EQ(value(database_status(path())).records, 0) << "nothing was kept";
}

TEST_F(MaintenanceTest, StatusSaysWhatIsThereAndChangesNothing) {
  fill(path());
  const DatabaseStatus status = value(database_status(path()));
  EXPECT_EQ(status.kind, stores_in_postgres() ? "postgresql" : "sqlite");
  EXPECT_THAT(status.where, HasSubstr(name()));
  EXPECT_EQ(status.version, kSchemaVersion);
  EXPECT_EQ(status.hosts, 1);
  EXPECT_EQ(status.roots, 1);
  EXPECT_EQ(status.records, 2'500);
  EXPECT_GT(status.bytes, 1'000'000);
  for (const int other : {2, 77}) {
    run_sql(path(), "UPDATE tcm_meta SET value = " + std::to_string(other) + " WHERE name = 'schema_version'");
    EXPECT_EQ(value(database_status(path())).version, other);
    EXPECT_EQ(value(database_status(path())).records, -1);
  }
  EXPECT_EQ(database_status(file("nowhere.db")).error().code, ErrorCode::missing);
}

TEST_F(MaintenanceTest, VacuumGivesRoomBack) {
  fill(path());
  {
    Index index = open();
    ok(index.use_host({"gpu\xff", "1234"}));
    EXPECT_EQ(value(index.forget_roots("/", {})), 2'500);
  }
  const std::int64_t before = value(database_status(path())).bytes;
  ok(vacuum(path()));
  EXPECT_LT(value(database_status(path())).bytes, before / 2);
}

}  // namespace
}  // namespace tcm::index::test
