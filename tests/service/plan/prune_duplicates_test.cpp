// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class DuplicatesTest : public PruneTest {
 protected:
  /// Changes one byte of a file, and neither its size nor the ages.
  static void alter(const fs::path& entry, const std::string& file) {
    std::string text = read_file(entry / file);
    text.back() = static_cast<char>(text.back() + 1);
    write_file(entry / file, text);
    set_tree_age(entry, 1h);
  }
};

// What is sought in a root is removed in that root, and the newest stays.
TEST_F(DuplicatesTest, TheNewestOfARootStays) {
  const fs::path other = directory_ / "other";
  for (std::uint64_t i = 1; i <= 3; ++i) add_kernel(cache(), {.seed = i, .age = std::chrono::hours(24 * i)});
  add_kernel(other, {.seed = 9, .age = 9 * 24h});
  index_all({.cache_dirs = {other.string()}});
  service::Plan made = plan(request(PruneMode::duplicates));
  EXPECT_THAT(planned_keys(made), UnorderedElementsAre(make_key(2), make_key(3)));
  EXPECT_THAT(items(made).at(0).reason, HasSubstr("same as " + make_key(1).substr(0, 8)));
  EXPECT_EQ(carry_out(made).done.kernels, 2U);
  EXPECT_TRUE(fs::exists(cache() / make_key(1)));
  EXPECT_TRUE(fs::exists(other / make_key(9)));
}

// A second run has nothing to do and says so.
TEST_F(DuplicatesTest, WhatIsDoneIsDone) {
  add_kernel(cache(), {.seed = 1});
  add_kernel(cache(), {.seed = 2});
  EXPECT_EQ(prune(request(PruneMode::duplicates)).done.kernels, 1U);
  EXPECT_TRUE(plan(request(PruneMode::duplicates)).empty());
  EXPECT_EQ(list({}).size(), 1U);
}

// Equal metadata and sizes do not make equal kernels.
TEST_F(DuplicatesTest, KernelsWithOtherBinariesAreNone) {
  add_kernel(cache(), {.seed = 1});
  alter(add_kernel(cache(), {.seed = 2}), "add_kernel.cubin");
  EXPECT_TRUE(plan(request(PruneMode::duplicates)).empty());
  PruneRequest looser = request(PruneMode::duplicates);
  looser.same_binary = false;
  EXPECT_EQ(plan(looser).items.sums().entries, 1U) << "the original's rule, for who asks for it";
}

TEST_F(DuplicatesTest, KernelsWithOtherMetadataAreNone) {
  add_kernel(cache(), {.seed = 1, .set = {{"/num_warps", "4"}}});
  add_kernel(cache(), {.seed = 2, .set = {{"/num_warps", "8"}}});
  EXPECT_TRUE(plan(request(PruneMode::duplicates)).empty());
}

// Each process looks in its own root, so copies in two of them are both needed.
TEST_F(DuplicatesTest, CopiesInTwoRootsAreNone) {
  make_vllm(directory_ / "vllm", 2);
  set_tree_age(directory_ / "vllm", 1h);
  PruneRequest wanted = request(PruneMode::duplicates, {directory_ / "vllm"});
  const std::size_t roots = plan(wanted).roots.size();
  EXPECT_GT(roots, 1U);
  const auto before = contents(directory_ / "vllm");
  prune(wanted);
  std::set<std::string> seen;
  for (const auto& [path, text] : contents(directory_ / "vllm")) EXPECT_EQ(before.at(path), text);
  const fs::path one = directory_ / "one";
  const fs::path two = directory_ / "two";
  add_kernel(one);
  add_kernel(two);
  EXPECT_TRUE(plan(request(PruneMode::duplicates, {one, two})).empty());
}

// Filters say what may go.
TEST_F(DuplicatesTest, FiltersSayWhatMayGo) {
  for (std::uint64_t i = 1; i <= 3; ++i) add_kernel(cache(), {.seed = i, .age = std::chrono::hours(24 * i)});
  PruneRequest wanted = request(PruneMode::duplicates);
  wanted.filters.older_than = {"60h"};
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(3)));
}

TEST_F(DuplicatesTest, ADuplicateStaysWhenTheOneThatWasToStayChanges) {
  add_kernel(cache(), {.seed = 1, .age = 1h});
  add_kernel(cache(), {.seed = 2, .age = 2h});
  service::Plan made = plan(request(PruneMode::duplicates));
  ASSERT_THAT(planned_keys(made), ElementsAre(make_key(2)));
  fs::remove_all(cache() / make_key(1));
  const auto report = carry_out(made);
  EXPECT_EQ(report.done.entries, 0U);
  EXPECT_EQ(kept(report.kept, KeptReason::twin_changed), 1U);
  EXPECT_TRUE(fs::exists(cache() / make_key(2)));
}

TEST_F(DuplicatesTest, SharedFilesKeepTheirContentsAndTakeRoomOnce) {
  const fs::path other = directory_ / "other";
  add_kernel(cache(), {.seed = 1});
  add_kernel(other, {.seed = 1});
  add_kernel(other, {.seed = 2});
  const auto before = contents(cache());
  const auto before_other = contents(other);
  service::Plan made = plan(request(PruneMode::share, {cache(), other}));
  // Six files (all but group and metadata) of two of the three, and the metadata that two have in common.
  EXPECT_EQ(made.items.sums().files, 13U);
  EXPECT_EQ(made.items.sums().entries, 2U);
  const std::uint64_t used = disk_usage(cache()) + disk_usage(other);
  const std::int64_t age = list({}).at(0).modified_ns;
  const auto report = carry_out(made);
  EXPECT_EQ(report.done.files, 13U);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_EQ(contents(cache()), before);
  EXPECT_EQ(contents(other), before_other);
  struct stat a {};
  struct stat b {};
  ::stat((cache() / make_key(1) / "add_kernel.cubin").c_str(), &a);
  ::stat((other / make_key(2) / "add_kernel.cubin").c_str(), &b);
  EXPECT_EQ(a.st_ino, b.st_ino);
  EXPECT_EQ(a.st_nlink, 3U);
  EXPECT_EQ(report.done.frees, made.items.sums().frees);
  EXPECT_GE(report.done.frees, used / 2);
  EXPECT_EQ(list({}).at(0).modified_ns, age);
  EXPECT_TRUE(plan(request(PruneMode::share, {cache(), other})).empty());
  EXPECT_EQ(index_all({.cache_dirs = {cache().string(), other.string()}}).roots.at(0).changed, 0);
}

TEST_F(DuplicatesTest, FilesWithOtherRightsAreNotShared) {
  const fs::path one = add_kernel(cache(), {.seed = 1});
  add_kernel(cache(), {.seed = 2});
  for (const auto& file : fs::directory_iterator(one)) fs::permissions(file.path(), fs::perms::owner_all);
  EXPECT_TRUE(plan(request(PruneMode::share)).empty());
}

TEST_F(DuplicatesTest, AFileThatChangedSinceThePlanIsNotReplaced) {
  add_kernel(cache(), {.seed = 1});
  const fs::path two = add_kernel(cache(), {.seed = 2});
  service::Plan made = plan(request(PruneMode::share));
  ASSERT_EQ(made.items.sums().entries, 1U);
  const fs::path changed = cache() / items(made).at(0).change.key;
  const fs::path other = changed == two ? cache() / make_key(1) : two;
  std::string text = read_file(other / "add_kernel.cubin");
  text.back() = static_cast<char>(text.back() + 1);
  write_file(other / "add_kernel.cubin", text);
  const auto before = contents(cache());
  const auto report = carry_out(made);
  EXPECT_EQ(contents(cache()), before);
  EXPECT_EQ(report.done.files, 5U) << "all but the one that is different now";
}

}  // namespace
}  // namespace tcm::test
