// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/usage.hpp"

#include <gmock/gmock.h>

#include "core/service/doctor/discover.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

class UsageTest : public ServiceTest {
 protected:
  service::UsageReport measure(std::vector<std::string> dirs, bool with_index = true) {
    cache::DiskMeter meter;
    auto report = service::disk_usage({.cache_dirs = std::move(dirs)}, with_index ? &index_ : nullptr, meter);
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }
  static std::map<std::string, std::uint64_t> freeable(const service::UsageReport& report) {
    std::map<std::string, std::uint64_t> entries;
    for (const service::Freeable& item : report.freeable) entries[std::string(item.name)] = item.entries;
    return entries;
  }
};

TEST_F(UsageTest, WhatCouldBeFreedIsToldByReason) {
  add_kernels(cache(), 3);
  add_leftover(cache(), 50);
  add_partial(cache(), 51);
  write_file(add_kernel(cache(), {.seed = 60}) / "__grp__add_kernel.json", "no JSON");
  write_file(cache() / ".tcm-trash/20261124-1/KEY/file", "removed");
  index_all();
  const auto report = measure({cache().string()});
  EXPECT_THAT(freeable(report), testing::UnorderedElementsAre(testing::Pair("trash", 0), testing::Pair("leftovers", 2),
                                                              testing::Pair("broken", 1)));
  EXPECT_FALSE(report.counted);
  EXPECT_EQ(report.total.bytes, bytes_below(cache()));
  EXPECT_EQ(report.kept.bytes, bytes_below(cache()) - 7);
}

TEST_F(UsageTest, NeverHitCountsWhereSomethingWasCounted) {
  add_kernels(cache(), 3);
  index_all();
  run_sql(storage_.location(), "UPDATE record SET hits = 0 WHERE key = '" + make_key(1) + "'");
  run_sql(storage_.location(), "UPDATE record SET hits = 4 WHERE key = '" + make_key(2) + "'");
  const auto report = measure({cache().string()});
  EXPECT_TRUE(report.counted);
  EXPECT_THAT(freeable(report), testing::ElementsAre(testing::Pair("never_hit", 1)));
}

TEST_F(UsageTest, ADirectoryInAnotherCountsOnce) {
  make_inductor(directory_ / "inductor", 2);
  const std::string outer = (directory_ / "inductor").string();
  const auto once = measure({outer});
  const auto both = measure({outer + "/triton/0", outer, outer + "/"});
  EXPECT_EQ(both.total.allocated, once.total.allocated);
  EXPECT_EQ(both.parts.size(), once.parts.size());
}

TEST_F(UsageTest, RootsThatAreNotHereAreNamed) {
  add_kernels(directory_ / "other", 1);
  add_kernels(cache(), 1);
  index_all({.cache_dirs = {cache().string(), (directory_ / "other").string()}});
  fs::remove_all(directory_ / "other");
  const auto report = measure({cache().string(), (directory_ / "other").string()});
  EXPECT_THAT(report.absent, testing::ElementsAre((directory_ / "other").string()));
  EXPECT_EQ(report.failures.size(), 1U);
  EXPECT_THROW(measure({(directory_ / "nothing").string()}, false), std::runtime_error);
}

TEST(UsagePercent, IsRounded) {
  EXPECT_EQ(service::percent_of(1, 3), 33U);
  EXPECT_EQ(service::percent_of(2, 3), 67U);
  EXPECT_EQ(service::percent_of(300, 100), 300U);
  EXPECT_EQ(service::percent_of(1, 0), 0U);
}

TEST(Discovery, TakesWhatHoldsARootAndPassesOverTheRest) {
  const TempDir home;
  add_kernel(home / ".triton/cache");
  make_inductor(home / "tmp/torchinductor_you", 1);
  write_file(home / ".cache/vllm/modelinfos/x.json", "{}");
  write_file(home / ".tilelang/cache/x", "other");
  cache::PlaceEnvironment environment;
  environment.variable = [&](const std::string& name) {
    return name == "TMPDIR" ? std::optional((home / "tmp").string()) : std::nullopt;
  };
  environment.home = home.path().string();
  environment.user = ::geteuid();
  EXPECT_THAT(service::discovered_cache_dirs(environment, (home / "proc").string()),
              testing::ElementsAre((home / ".triton/cache").string(), (home / "tmp/torchinductor_you").string()));
}

}  // namespace
}  // namespace tcm::test
