// SPDX-License-Identifier: Apache-2.0
// Several hosts in one index.
#include "core/service/query/fleet.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "core/service/scan/host.hpp"
#include "core/util/machine_id.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

using ::testing::HasSubstr;

class Fleet : public ServiceTest {
 protected:
  /// Indexes `name` below the test's directory as a machine of that name would.
  service::IndexReport index_as(const std::string& host, const std::string& directory) {
    auto index = index::Index::open(storage_.location(), index::OpenMode::create);
    if (!index) throw std::runtime_error(index.error().message);
    if (auto used = index->use_host({host, {}}); !used) throw std::runtime_error(used.error().message);
    service::IndexRequest request;
    request.cache_dirs = {(directory_ / directory).string()};
    service::IndexProgress progress;
    auto report = service::index_caches(request, *index, backends_, progress);
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }
  service::Stats stats(const service::FilterWords& filters, const std::string& by = "host") {
    service::StatsRequest request;
    request.filters = filters;
    request.by = {by};
    auto result = service::stats(request, index_, backends_, util::now_ns());
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
  }
};

TEST_F(Fleet, HostsAreSeenTogetherOrOneByOne) {
  add_kernels(directory_ / "a", 3);
  add_kernels(directory_ / "b", 2, 10);
  index_as("gpu-1", "a");
  index_as("gpu-2", "b");
  EXPECT_EQ(list(all_kinds()).size(), 5u);
  service::FilterWords one = all_kinds();
  one.hosts = {"*-2"};
  ASSERT_EQ(list(one).size(), 2u);
  EXPECT_EQ(list(one).at(0).host, "gpu-2");
  one.hosts = {"!*-2"};
  EXPECT_EQ(list(one).size(), 3u);
  const auto groups = stats({}).groups;
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].values.at(0), "gpu-1");
  EXPECT_EQ(groups[0].sums.kernels, 3);
  EXPECT_EQ(groups[1].sums.kernels, 2);
}

TEST_F(Fleet, AHostThatNobodyKnowsIsMissing) {
  add_kernels(directory_ / "a", 1);
  index_as("gpu-1", "a");
  for (const bool missing_on : {false, true}) {
    service::ListRequest request;
    if (missing_on)
      request.filters.missing_on = "gpu-9";
    else
      request.filters.hosts = {"gpu-9"};
    const auto totals = service::list_records(request, index_, backends_, util::now_ns(), [](const index::Row&) {});
    ASSERT_FALSE(totals);
    EXPECT_EQ(totals.error().code, ErrorCode::missing);
    EXPECT_THAT(totals.error().message, HasSubstr("gpu-9"));
    EXPECT_THAT(totals.error().message, HasSubstr("gpu-1"));
  }
}

TEST_F(Fleet, WhatAHostWouldHaveToCompileIsListed) {
  add_kernels(directory_ / "a", 3);
  add_kernels(directory_ / "b", 2);
  index_as("gpu-1", "a");
  index_as("gpu-2", "b");
  service::FilterWords filters;
  filters.missing_on = "gpu-2";
  const auto missing = list(filters);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing.at(0).host, "gpu-1");
  filters.missing_on = "gpu-1";
  EXPECT_TRUE(list(filters).empty());
}

TEST_F(Fleet, ADirectoryThatSeveralHostsSeeCountsOnce) {
  add_kernels(directory_ / "shared", 3);
  write_file(directory_ / "shared" / "loose.txt", "12345");
  index_as("gpu-1", "shared");
  std::filesystem::create_directory_symlink(directory_ / "shared", directory_ / "mounted elsewhere");
  index_as("gpu-2", "mounted elsewhere");
  EXPECT_EQ(list(all_kinds()).size(), 3u);
  const service::Stats all = stats({});
  EXPECT_EQ(all.total.kernels, 3);
  EXPECT_EQ(all.other_files.files, 1u);
  EXPECT_EQ(all.roots.size(), 1u);
  EXPECT_EQ(all.groups.at(0).values.at(0), "gpu-2") << "as the host that looked last";
  service::FilterWords first;
  first.hosts = {"gpu-1"};
  EXPECT_EQ(stats(first).total.kernels, 3) << "and is each host's when it is queried alone";
}

TEST_F(Fleet, IndexingTouchesNoOtherHostsRoots) {
  add_kernels(directory_ / "a", 3);
  index_as("gpu-1", "a");
  const auto before = list(all_kinds());
  // Gone from the disk, as another host sees it that has the same path.
  std::filesystem::rename(directory_ / "a", directory_ / "elsewhere");
  std::filesystem::create_directory(directory_ / "a");
  const service::IndexReport report = index_as("gpu-2", "a");
  EXPECT_EQ(report.roots.at(0).gone, 0);
  EXPECT_EQ(report.before, 0);
  const auto after = list(all_kinds());
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].id, before[i].id);
}

TEST(Host, IsWhatTheUserCallsIt) {
  EXPECT_EQ(service::this_host("mine").name, "mine");
  EXPECT_EQ(service::this_host("mine").machine_id, "");
  EXPECT_NE(service::this_host("").name, "");
}

TEST(Host, KeepsItsMachineIdToItself) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  const std::string hashed = util::hashed_machine_id(id);
  EXPECT_EQ(hashed.size(), 36U);
  EXPECT_EQ(hashed, util::hashed_machine_id(id));
  EXPECT_NE(hashed, util::hashed_machine_id(id + "0"));
  EXPECT_EQ(hashed.find("0123"), std::string::npos);
  EXPECT_EQ(util::hashed_machine_id(""), "");
  std::ifstream in("/etc/machine-id");
  std::string own;
  std::getline(in, own);
  EXPECT_EQ(service::this_host("").machine_id, util::hashed_machine_id(own));
}

TEST(Host, APlaceIsOneWhateverItIsCalled) {
  const TempDir directory;
  std::filesystem::create_directory(directory / "real");
  std::filesystem::create_directory_symlink(directory / "real", directory / "link");
  const auto place = service::place_of((directory / "real").string());
  EXPECT_NE(place.file_system, "");
  EXPECT_EQ(service::place_of((directory / "link").string()), place);
  EXPECT_NE(service::place_of(directory.path().string()), place);
  EXPECT_EQ(service::place_of((directory / "nowhere").string()), model::DirectoryPlace{});
}

}  // namespace
}  // namespace tcm::test
