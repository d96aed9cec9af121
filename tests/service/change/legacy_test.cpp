// SPDX-License-Identifier: Apache-2.0
// Moving from an earlier tool.
#include "core/service/change/legacy.hpp"

#include <gmock/gmock.h>

#include "tests/service/service_fixture.hpp"
#include "tests/support/legacy_index.hpp"

namespace tcm::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class LegacyImport : public ServiceTest {
 protected:
  std::string file() const { return (directory_ / "legacy.db").string(); }
  void add(const std::string& key, const std::string& dir, int hits, std::int64_t created = 1'700'000'000) {
    run_sql(file(),
            "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) "
            "VALUES ('" +
                key + "', '" + dir + "', " + std::to_string(created) + ", " + std::to_string(hits) +
                ", 0, 1750000000)");
  }
  service::ImportReport import() {
    auto legacy = index::LegacyIndex::open(file());
    if (!legacy) throw std::runtime_error(legacy.error().message);
    service::IndexProgress progress;
    auto report = service::import_legacy(*legacy, {}, index_, backends_, progress);
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }
  index::Row row_of(const std::string& key) {
    service::FilterWords words = all_kinds();
    words.key_prefix = key;
    return list(words).at(0);
  }
};

TEST_F(LegacyImport, HitsAndFirstSeenSurviveWhicheverComesFirst) {
  for (const bool indexed_before : {false, true}) {
    const std::filesystem::path root = directory_ / (indexed_before ? "before" : "after");
    const std::string key = add_kernel(root, {.seed = indexed_before ? 1u : 2u}).filename();
    if (indexed_before) index_all({.cache_dirs = {root.string()}});
    std::filesystem::remove(file());
    run_sql(file(), kLegacyKernelsWithHits);
    add(key, root.string(), 77);
    const service::ImportReport report = import();
    EXPECT_EQ(report.imported(), 1);
    index_all({.cache_dirs = {root.string()}, .full_rescan = true});
    EXPECT_EQ(row_of(key).hits, 77) << indexed_before;
    EXPECT_EQ(row_of(key).last_hit_ns, 1'750'000'000 * kSecond);
    EXPECT_EQ(row_of(key).first_seen_ns, 1'700'000'000 * kSecond);
  }
}

// What is relative, or climbs, would be looked for wherever tcm runs.
TEST_F(LegacyImport, APathThatIsNotWholeIsRefused) {
  const std::string key = add_kernel(cache(), {.seed = 1}).filename();
  run_sql(file(), kLegacyKernelsWithHits);
  const std::string climbing = (cache() / "..").string();
  for (const std::string& dir : {std::string(".."), std::string("relative"), climbing}) add(key, dir, 7);
  const service::ImportReport report = import();
  EXPECT_EQ(report.imported(), 0);
  ASSERT_EQ(report.failures.size(), 3U);
  for (const Error& failure : report.failures)
    EXPECT_NE(failure.message.find("does not name it by an absolute path without '..'"), std::string::npos)
        << failure.message;
  EXPECT_TRUE(index_.roots()->empty()) << "nothing was walked";
}

// The old index may have rows of what is gone, and one directory under several names.
TEST_F(LegacyImport, OnlyWhatTheDiskHasIsImportedAndOnce) {
  const std::string key = add_kernel(cache(), {.seed = 1}).filename();
  run_sql(file(), kLegacyKernelsWithHits);
  add(key, cache().string(), 7);
  add(key, (directory_ / "." / "cache").string() + "/", 3, 1'600'000'000);
  add("GONE", cache().string(), 5);
  const std::string nowhere = (directory_ / "nowhere").string();  // ordered behind the cache wherever the test runs
  add(key, nowhere, 9);
  for (int i = 0; i < 2; ++i) {
    const service::ImportReport report = import();
    EXPECT_EQ(report.kernels(), 3);
    EXPECT_EQ(report.imported(), 1);
    ASSERT_EQ(report.directories.size(), 2u);
    EXPECT_EQ(report.directories[0].hits, 15);
    EXPECT_EQ(report.directories[1].path, nowhere);
    EXPECT_FALSE(report.directories[1].exists);
    EXPECT_TRUE(report.failures.empty());
    EXPECT_EQ(list(all_kinds()).size(), 1u) << "no kernel that the disk has not";
    EXPECT_EQ(row_of(key).hits, 10);
    EXPECT_EQ(row_of(key).first_seen_ns, 1'600'000'000 * kSecond);
  }
}

TEST_F(LegacyImport, KernelsOfVllmAreFoundInTheirRank) {
  const std::filesystem::path root = make_vllm(directory_ / "vllm", 2);
  std::map<std::string, int> wanted;  // by root
  run_sql(file(), kLegacyVllm);
  int hits = 0;
  for (const auto& hash : std::filesystem::directory_iterator(root / "torch_compile_cache"))
    for (const auto& rank : std::filesystem::directory_iterator(hash.path())) {
      if (!std::filesystem::exists(rank.path() / "triton_cache")) continue;
      for (const auto& entry : std::filesystem::directory_iterator(rank.path() / "triton_cache")) {
        run_sql(file(), "INSERT INTO vllm_kernels VALUES ('" + root.string() + "', '" +
                            hash.path().filename().string() + "', '" + entry.path().filename().string() + "', '" +
                            rank.path().filename().string() + "', 'x', 1700000000, 1.0, " + std::to_string(++hits) +
                            ", 1750000000)");
        wanted[entry.path().string()] = hits;
      }
    }
  ASSERT_GE(wanted.size(), 4u);
  EXPECT_EQ(import().imported(), static_cast<std::int64_t>(wanted.size()));
  std::size_t met = 0;
  for (const index::Row& row : list(all_kinds())) {
    const auto found = wanted.find(row.root + "/" + row.key);
    if (found == wanted.end()) continue;
    ++met;
    EXPECT_EQ(row.hits, found->second) << found->first;
    EXPECT_EQ(row.layout, model::Layout::vllm);
  }
  EXPECT_EQ(met, wanted.size());
}

TEST_F(LegacyImport, ManyKernelsAreMergedInBatches) {
  add_kernels(cache(), 3);
  index_all();
  run_sql(file(), kLegacyKernelsWithHits);
  run_sql(file(),
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO kernels "
          "(hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) "
          "SELECT 'GONE' || i, '" +
              cache().string() + "', 1700000000, 1, 0, 1750000000 FROM n");
  for (const std::string& key : keys(all_kinds())) add(key, cache().string(), 4);
  const service::ImportReport report = import();
  EXPECT_EQ(report.kernels(), 2'503);
  EXPECT_EQ(report.imported(), 3);
  for (const index::Row& row : list(all_kinds())) EXPECT_EQ(row.hits, 4);
}

// A directory that is known as a part of a larger cache stays that.
TEST_F(LegacyImport, ARootKeepsTheCacheDirectoryItWasFoundIn) {
  const std::filesystem::path root = make_inductor(directory_ / "inductor", 1) / "triton" / "0";
  index_all({.cache_dirs = {(directory_ / "inductor").string()}});
  run_sql(file(), kLegacyKernelsWithHits);
  const std::string key = list(all_kinds()).at(0).key;
  add(key, root.string(), 8);
  EXPECT_EQ(import().imported(), 1);
  const auto roots = index_.roots();
  ASSERT_TRUE(roots);
  for (const index::RootRow& row : *roots) EXPECT_EQ(row.location.layout, model::Layout::inductor);
  EXPECT_EQ(row_of(key).hits, 8);
}

}  // namespace
}  // namespace tcm::test
