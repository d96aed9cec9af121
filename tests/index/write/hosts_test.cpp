// SPDX-License-Identifier: Apache-2.0
// One index, several hosts: each has its own roots, and changes no other's.
#include <gmock/gmock.h>

#include "core/index/schema/schema.hpp"
#include "core/util/machine_id.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class HostsTest : public IndexTest {
 protected:
  Index open_as(const std::string& name, const std::string& machine_id = "") const {
    Index index = open();
    ok(index.use_host({name, machine_id}));
    return index;
  }
  static std::vector<std::string> paths(Index& index, Hosts hosts) {
    std::vector<std::string> paths;
    for (const RootRow& row : value(index.roots(hosts))) paths.push_back(row.host + ":" + row.location.path);
    return paths;
  }
};

TEST_F(HostsTest, OnePathOnTwoHostsIsTwoRoots) {
  Index a = open_as("a");
  Index b = open_as("b");
  write(a, "/r", {entry("K", "x"), entry("L", "x")});
  write(b, "/r", {entry("K", "y")});
  EXPECT_THAT(paths(a, Hosts::own), ElementsAre("a:/r"));
  EXPECT_THAT(paths(b, Hosts::own), ElementsAre("b:/r"));
  EXPECT_THAT(paths(b, Hosts::all), ElementsAre("a:/r", "b:/r"));
  EXPECT_EQ(keys(a, {}), "K L");
  EXPECT_EQ(keys(b, {}), "K") << "rows of this host, unless all are requested";
  EXPECT_EQ(keys(b, {.all_hosts = true}), "K K L");
  EXPECT_EQ(value(b.roots()).at(0).entries, 1);
  EXPECT_EQ(rows(b).at(0).host, "b");
}

TEST_F(HostsTest, WhatAHostForgetsIsItsOwn) {
  Index a = open_as("a");
  Index b = open_as("b");
  write(a, "/c/r", {entry("K", "x")});
  write(b, "/c/r", {entry("K", "x")});
  ok(a.put_cache_dir({"/c", model::Layout::vllm, {3, 30}}));
  ok(b.put_cache_dir({"/c", model::Layout::vllm, {5, 50}}));
  EXPECT_EQ(value(b.forget_roots("/c", {})), 1);
  EXPECT_THAT(paths(b, Hosts::all), ElementsAre("a:/c/r"));
  EXPECT_EQ(value(a.cache_dirs()).at(0).other_files.files, 3u);
  EXPECT_EQ(value(a.cache_dirs(Hosts::all)).size(), 2u);
}

// Releases before stored the machine-id as it is, which others are not to know.
TEST_F(HostsTest, AMachineThatWasStoredByItsIdKeepsItsRootsAndLosesTheId) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  {
    Index index = open_as("gpu-1", id);
    write(index, "/r", {entry("K", "x")});
  }
  Index index = open_as("gpu-1", util::hashed_machine_id(id));
  EXPECT_EQ(keys(index, {}), "K");
  write(index, "/s", {entry("L", "x")});
  EXPECT_THAT(paths(index, Hosts::all), ElementsAre("gpu-1:/r", "gpu-1:/s"));
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM host WHERE machine_id = '" + id + "' OR identity LIKE '%" + id + "'"),
            0);
}

TEST_F(HostsTest, AMachineKeepsItsRootsWhenItsNameChanges) {
  {
    Index index = open_as("old", "1234");
    write(index, "/r", {entry("K", "x")});
  }
  Index index = open_as("new", "1234");
  EXPECT_THAT(paths(index, Hosts::own), ElementsAre("old:/r"));
  write(index, "/r", {entry("K", "x"), entry("L", "x")});
  EXPECT_THAT(paths(index, Hosts::all), ElementsAre("new:/r"));
  Index other = open_as("new", "5678");
  EXPECT_THAT(paths(other, Hosts::own), IsEmpty()) << "another machine of the same name is another host";
}

TEST_F(HostsTest, NamingAHostWritesNothing) {
  Index index = open_as("a");
  EXPECT_THAT(paths(index, Hosts::own), IsEmpty());
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM host"), 1);
  EXPECT_FALSE(index.use_host({"", ""}));
}

TEST_F(HostsTest, RootsOfAnEarlierReleaseBelongToTheFirstHostThatComes) {
  {
    Index index = open();
    write(index, "/r", {entry("K", "x")});
    ok(index.put_cache_dir({"/r", model::Layout::triton, {1, 2}}));
  }
  Index a = open_as("a");
  EXPECT_EQ(keys(a, {}), "K");
  const std::int64_t first = rows(a).at(0).id;
  write(a, "/r", {entry("K", "x")});
  EXPECT_EQ(rows(a).at(0).id, first);
  EXPECT_THAT(paths(a, Hosts::all), ElementsAre("a:/r"));
  EXPECT_EQ(value(a.cache_dirs()).size(), 1u);
  Index b = open_as("b");
  write(b, "/s", {});
  EXPECT_THAT(paths(b, Hosts::all), ElementsAre("a:/r", "b:/s"));
}

TEST_F(HostsTest, QuestionsCanBeAboutSomeRoots) {
  Index a = open_as("a");
  Index b = open_as("b");
  const std::int64_t r = write(a, "/r", {entry("K", "x"), entry("L", "x")});
  const std::int64_t s = write(b, "/r", {entry("L", "x"), entry("M", "x")});
  EXPECT_EQ(keys(a, {.all_hosts = true, .root_ids = {{r}}}), "K L");
  EXPECT_EQ(keys(a, {.all_hosts = true, .root_ids = {{}}}), "");
  EXPECT_EQ(keys(a, {.all_hosts = true, .without_root_ids = {r}}), "L M");
  EXPECT_EQ(keys(a, {.all_hosts = true, .missing_in_root_ids = {{r}}}), "M");
  EXPECT_EQ(keys(a, {.all_hosts = true, .missing_in_root_ids = {{s}}}), "K");
  EXPECT_EQ(keys(a, {.all_hosts = true, .missing_in_root_ids = {{}}}), "K L L M");
}

TEST_F(HostsTest, SumsAreGroupedByHost) {
  Index a = open_as("a");
  Index b = open_as("b");
  write(a, "/r", {entry("K", "x"), entry("L", "x")});
  write(b, "/r", {entry("L", "x")});
  const auto groups = value(a.group({.all_hosts = true}, {GroupKey::host}));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].values.at(0), "a");
  EXPECT_EQ(groups[0].sums.records, 2);
  EXPECT_EQ(groups[1].values.at(0), "b");
}

TEST_F(HostsTest, ARootsPlaceIsKept) {
  Index index = open_as("a");
  const model::DirectoryPlace place{"shared", std::uint64_t{1} << 63};
  EXPECT_EQ(value(index.ensure_root(location("/r"), place)).place, place);
  EXPECT_EQ(value(index.roots()).at(0).place, place);
  const model::DirectoryPlace moved{"shared", 7};
  EXPECT_EQ(value(index.ensure_root(location("/r"), moved)).place, moved);
}

class RootSumsTest : public IndexTest {};

TEST_F(RootSumsTest, AreThoseOfTheRows) {
  Index index = open();
  EXPECT_EQ(value(index.root_sums())->kernels, 0);
  write(index, "/r", {entry("K", "x"), entry("L", "x")});
  write(index, "/s", {entry("K", "x")});
  RootSums sums;
  for (const RootRow& row : value(index.roots(Hosts::all))) {
    sums.kernels += row.kernels;
    sums.bytes += row.bytes;
  }
  EXPECT_EQ(sums.kernels, 3);
  EXPECT_EQ(value(index.root_sums())->kernels, sums.kernels);
  EXPECT_EQ(value(index.root_sums())->bytes, sums.bytes);
}

TEST_F(RootSumsTest, AreAbsentWhenRowsMustBeLookedAt) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  run_sql(path(), "UPDATE root SET sums_valid = 0 WHERE id = " + std::to_string(root));
  EXPECT_FALSE(value(index.root_sums())) << "a run that was killed left them behind";
  run_sql(path(), "UPDATE root SET sums_valid = 1, file_system = 'fs', inode = 7");
  EXPECT_TRUE(value(index.root_sums()));
  write(index, "/s", {entry("K", "x")});
  run_sql(path(), "UPDATE root SET file_system = 'fs', inode = 7");
  EXPECT_FALSE(value(index.root_sums())) << "one directory counts once";
}

}  // namespace
}  // namespace tcm::index::test
