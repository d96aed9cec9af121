// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/legacy.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "tests/index/support.hpp"
#include "tests/support/legacy_index.hpp"

namespace tcm::index::test {
namespace {

using namespace tcm::test;
using ::testing::HasSubstr;

class LegacyIndexTest : public ::testing::Test {
 protected:
  std::string file() const { return (directory_ / "cache.db").string(); }
  void make(const std::string& sql) { run_sql(file(), sql); }
  static std::map<std::string, EntryHistory> history(LegacyIndex& legacy, const std::vector<std::string>& paths) {
    std::map<std::string, EntryHistory> found;
    ok(legacy.history(paths, [&](EntryHistory entry) -> Result<void> {
      found[entry.key] = entry;
      return {};
    }));
    return found;
  }
  static std::string described(LegacyIndex& legacy) {
    std::string text;
    for (const LegacyDirectory& one : value(legacy.directories()))
      text += one.path + " of " + one.cache_dir + ": " + std::to_string(one.kernels) + "; ";
    return text;
  }
  void expect_refused(ErrorCode code, const std::string& because) {
    const auto refused = LegacyIndex::open(file());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code);
    EXPECT_THAT(refused.error().message, HasSubstr(file()));
    EXPECT_THAT(refused.error().message, HasSubstr(because));
  }

  TempDir directory_;
};

TEST_F(LegacyIndexTest, TheOriginalToolsFileIsRead) {
  make(kLegacyKernelsWithHits +
       "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) VALUES "
       "('A', '/c', 1700000000, 77, 1, 1750000000.25), ('B', '/c', 1700000001, 0, 1, 1750000000.5), "
       "('C', '/d', 1700000002, 1, 0, 1750000000)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  EXPECT_EQ(described(legacy), "/c of /c: 2; /d of /d: 1; ");
  auto found = history(legacy, {"/c"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found["A"].hits, 77);
  EXPECT_EQ(found["A"].last_hit_ns, 1'750'000'000'250'000'000);
  EXPECT_EQ(found["A"].first_seen_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(found["B"].hits, 0);
  EXPECT_EQ(found["B"].last_hit_ns, std::nullopt) << "the time of a kernel without a hit is that of a miss";
  EXPECT_EQ(value(legacy.unusable()), 0);
}

TEST_F(LegacyIndexTest, ItsFirstReleasesCountedNothing) {
  make(kLegacyKernels + "INSERT INTO kernels (hash, cache_dir, created) VALUES ('A', '/c', 1700000000)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  const auto found = history(legacy, {"/c"});
  EXPECT_EQ(found.at("A").hits, std::nullopt);
  EXPECT_EQ(found.at("A").last_hit_ns, std::nullopt);
  EXPECT_EQ(found.at("A").first_seen_ns, 1'700'000'000'000'000'000);
}

// The old index gave one directory several identities and split its hits among them.
TEST_F(LegacyIndexTest, SpellingsOfOneDirectoryAddUp) {
  make(kLegacyKernelsWithHits +
       "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) VALUES "
       "('A', '/c', 1700000000, 7, 0, 1750000000), ('A', '/./c/', 1600000000, 3, 0, 1760000000)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  const auto found = history(legacy, {"/c", "/./c/"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at("A").hits, 10);
  EXPECT_EQ(found.at("A").last_hit_ns, 1'760'000'000'000'000'000);
  EXPECT_EQ(found.at("A").first_seen_ns, 1'600'000'000'000'000'000);
}

TEST_F(LegacyIndexTest, TheSuccessorsTablesAreRead) {
  make(kLegacyVllm + kLegacyVllmLegacy +
       "INSERT INTO vllm_kernels VALUES ('/v', 'd4ec', 'A', 'rank_0_0', 'x', 1700000000, 1.0, 5, 1750000000);"
       "INSERT INTO vllm_legacy_kernels VALUES ('/w', 'ffff', 'B', 'rank_1_0', 'x', 1700000000, 1.0, 6, 1750000000);");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  EXPECT_EQ(described(legacy),
            "/v/torch_compile_cache/d4ec/rank_0_0 of /v: 1; /w/torch_compile_cache/ffff/rank_1_0 of /w: 1; ");
  EXPECT_EQ(history(legacy, {"/w/torch_compile_cache/ffff/rank_1_0"}).at("B").hits, 6);
}

TEST_F(LegacyIndexTest, WithoutRanksAKernelIsOfAllOfThem) {
  make(kLegacyVllmWithoutRank +
       "INSERT INTO vllm_kernels VALUES ('/v', 'd4ec', 'A', 'x', 1700000000, 1.0, 5, 1750000000)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  EXPECT_EQ(described(legacy), "/v/torch_compile_cache/d4ec of /v: 1; ");
}

TEST_F(LegacyIndexTest, ValuesThatCannotBeAreUnknown) {
  make(kLegacyKernelsWithHits +
       "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) VALUES "
       "('TEXT', '/c', 'yesterday', 'many', 0, 'today'), ('NEGATIVE', '/c', -5, -1, 0, -1), "
       "('FUTURE', '/c', 99999999999, 9223372036854775807, 0, 1e300), ('ZERO', '/c', 0, 9223372036854775807, 0, 0), "
       "(x'00ff', '/c', 1, 1, 0, 1), ('', '/c', 1, 1, 0, 1), ('K', '', 1, 1, 0, 1), ('K', x'ff', 1, 1, 0, 1)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  EXPECT_EQ(value(legacy.unusable()), 4);
  const auto found = history(legacy, {"/c"});
  ASSERT_EQ(found.size(), 4u);
  for (const char* key : {"TEXT", "NEGATIVE"}) EXPECT_EQ(found.at(key).hits, std::nullopt) << key;
  for (const auto& [key, entry] : found) {
    EXPECT_EQ(entry.first_seen_ns, std::nullopt) << key;
    EXPECT_EQ(entry.last_hit_ns, std::nullopt) << key;
    EXPECT_LT(entry.hits.value_or(0), std::int64_t{1} << 41) << key;
  }
}

TEST_F(LegacyIndexTest, WhatIsNoSuchFileIsRefusedByName) {
  expect_refused(ErrorCode::missing, "does not exist");
  std::ofstream(file()) << "no database, but long enough to be one " << std::string(200, 'x');
  expect_refused(ErrorCode::corrupt, "not an index of an earlier tool");
  std::filesystem::remove(file());
  make("CREATE TABLE other (hash TEXT)");
  expect_refused(ErrorCode::corrupt, "no table of an earlier tool");
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  expect_refused(ErrorCode::corrupt, "not a file");
}

// A view may compute for ever, and another program's table of that name has other columns.
TEST_F(LegacyIndexTest, OnlyTablesOfTheirShapeAreRead) {
  make(
      "CREATE VIEW kernels AS WITH RECURSIVE n(hash) AS (SELECT 1 UNION ALL SELECT hash + 1 FROM n) "
      "SELECT hash, '/c' AS cache_dir, 1 AS created FROM n; CREATE TABLE vllm_kernels (hash TEXT, place TEXT)");
  expect_refused(ErrorCode::corrupt, "no table of an earlier tool");
}

TEST_F(LegacyIndexTest, ADamagedFileIsAnErrorWhereverItIsDamaged) {
  make(kLegacyKernels +
       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO kernels (hash, "
       "cache_dir, name, created) SELECT 'K' || i, '/c', hex(zeroblob(100)), 1700000000 FROM n");
  const auto size = std::filesystem::file_size(file());
  {
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t at = 4'096; at < size; at += 1'024) {
      stream.seekp(static_cast<std::streamoff>(at));
      stream << std::string(64, '\xa5');
    }
  }
  auto legacy = LegacyIndex::open(file());
  ASSERT_TRUE(legacy) << "the schema is whole";
  const auto directories = legacy->directories();
  ASSERT_FALSE(directories);
  EXPECT_EQ(directories.error().code, ErrorCode::corrupt);
  EXPECT_THAT(directories.error().message, HasSubstr(file()));
}

TEST_F(LegacyIndexTest, AFileThatMayOnlyBeReadIsReadAndLeftAsItIs) {
  make(kLegacyKernels + "INSERT INTO kernels (hash, cache_dir, created) VALUES ('A', '/c', 1700000000)");
  const auto written = std::filesystem::last_write_time(file());
  std::filesystem::permissions(file(), std::filesystem::perms::owner_read);
  std::filesystem::permissions(directory_.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  {
    LegacyIndex legacy = value(LegacyIndex::open(file()));
    EXPECT_EQ(history(legacy, {"/c"}).size(), 1u);
  }
  std::filesystem::permissions(directory_.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(std::filesystem::last_write_time(file()), written);
}

TEST_F(LegacyIndexTest, AnErrorOfTheReceiverEndsTheReading) {
  make(kLegacyKernels + "INSERT INTO kernels (hash, cache_dir, created) VALUES ('A', '/c', 1), ('B', '/c', 1)");
  LegacyIndex legacy = value(LegacyIndex::open(file()));
  int calls = 0;
  const auto stopped = legacy.history({"/c"}, [&](EntryHistory) -> Result<void> {
    ++calls;
    return fail(ErrorCode::interrupted, "enough");
  });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::interrupted);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tcm::index::test
