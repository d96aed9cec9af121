// SPDX-License-Identifier: Apache-2.0
// Each policy by itself, at times that the test chooses; and what is in use.
#include "core/service/upkeep/gc.hpp"

#include "core/config/settings.hpp"
#include "tests/service/plan/prune_fixture.hpp"
#include "tests/support/file_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using service::Cause;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class GcTest : public PruneTest {
 protected:
  /// A run at `now_ns` with these settings, as variables say them.
  service::GcResult gc(std::map<std::string, std::string> variables, std::int64_t now_ns = util::now_ns(),
                       bool dry_run = false) {
    variables.emplace("HOME", directory_.path().string());
    const auto settings = config::resolve({}, [&](const char* name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    if (!settings) throw std::runtime_error(settings.error().message);
    auto request = service::upkeep_request({{cache().string()}, dry_run}, *settings, now_ns);
    if (!request) throw std::runtime_error(request.error().message);
    service::PruneProgress progress;
    auto result = service::collect_garbage({std::move(*request)}, index_, backends_, now_ns, progress);
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
  }

  std::set<std::string> left() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache())) names.insert(entry.path().filename().string());
    return names;
  }

  static std::uint64_t count(const service::GcResult& result, Cause cause) {
    return result.roots.at(0).causes.at(static_cast<std::size_t>(cause));
  }

  /// What the settings call for goes, for this reason alone, and a second run finds nothing to do.
  void expect_gone(const std::map<std::string, std::string>& variables, std::int64_t now_ns, Cause cause,
                   std::uint64_t entries, const std::set<std::string>& stay) {
    const service::GcResult dry = gc(variables, now_ns, true);
    EXPECT_EQ(count(dry, cause), entries);
    EXPECT_GT(left().size(), stay.size()) << "a dry run";
    const service::GcResult first = gc(variables, now_ns);
    EXPECT_EQ(count(first, cause), entries);
    EXPECT_EQ(first.roots.at(0).entries, entries);
    EXPECT_TRUE(first.within_limits() && !first.partial());
    EXPECT_EQ(left(), stay);
    const service::GcResult second = gc(variables, now_ns);
    EXPECT_TRUE(second.plan.empty());
    EXPECT_EQ(second.roots.at(0).entries, 0U);
    EXPECT_TRUE(second.within_limits() && !second.partial());
    EXPECT_EQ(left(), stay);
  }
};

TEST_F(GcTest, LeftoversGoWhateverTheSettings) {
  add_leftover(cache(), 1);
  add_partial(cache(), 2);
  add_empty(cache(), 3);
  add_kernel(cache(), {.seed = 4});
  const fs::path swept = add_kernel(cache(), {.seed = 5});
  write_file(swept / "tmp.pid_4194304_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12" / "add_kernel.ttir", "half");
  set_tree_age(swept, 1h);
  for (const std::uint64_t seed : {1, 2, 3}) set_tree_age(cache() / make_key(seed), 1h);
  expect_gone({}, util::now_ns(), Cause::leftover, 4, {make_key(4), make_key(5)});
  EXPECT_FALSE(fs::exists(swept / "tmp.pid_4194304_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12"));
}

TEST_F(GcTest, WhatWasNotUsedForSoLongGoes) {
  add_kernel(cache(), {.seed = 1, .age = 24h * 20});
  add_kernel(cache(), {.seed = 2, .age = 24h * 5});
  const std::int64_t now = util::now_ns();
  EXPECT_EQ(gc({{"TCM_PRUNE_UNUSED_FOR", "30d"}}, now).roots.at(0).entries, 0U);
  expect_gone({{"TCM_PRUNE_UNUSED_FOR", "30d"}}, now + 11 * util::kDay, Cause::unused, 1, {make_key(2)});
  expect_gone({{"TCM_PRUNE_UNUSED_FOR", "30d"}}, now + 26 * util::kDay, Cause::unused, 1, {});
}

// Access times tell days at best, and nothing where none are kept; what jobs counted tells the second.
TEST_F(GcTest, AHitThatWasCountedIsAUse) {
  add_kernel(cache(), {.seed = 1, .age = 24h * 40});
  add_kernel(cache(), {.seed = 2, .age = 24h * 40});
  index_all();
  const std::int64_t now = util::now_ns();
  const auto roots = index_.roots();
  ASSERT_TRUE(roots);
  const std::vector<index::RootUses> uses{{roots->at(0).id, {{make_key(1), 1, 0, now - util::kDay}}}};
  ASSERT_TRUE(index_.add_uses(uses, {}, now));
  expect_gone({{"TCM_PRUNE_UNUSED_FOR", "30d"}}, now, Cause::unused, 1, {make_key(1)});
}

TEST_F(GcTest, TheNewestOfEachGroupStay) {
  for (std::uint64_t i = 1; i <= 4; ++i) add_kernel(cache(), {.seed = i, .age = 1h * i});
  expect_gone({{"TCM_PRUNE_KEEP_NEWEST", "3"}}, util::now_ns(), Cause::surplus, 1,
              {make_key(1), make_key(2), make_key(3)});
}

TEST_F(GcTest, TheLeastRecentlyUsedGoUntilSizeAndFilesFit) {
  for (std::uint64_t i = 1; i <= 4; ++i) add_kernel(cache(), {.seed = i, .age = 1h * i});
  const std::uint64_t one = disk_usage(cache() / make_key(1));
  expect_gone({{"TCM_PRUNE_MAX_SIZE", std::to_string(3 * one)}}, util::now_ns(), Cause::max_size, 1,
              {make_key(1), make_key(2), make_key(3)});
  expect_gone({{"TCM_PRUNE_MAX_FILES", "17"}}, util::now_ns(), Cause::max_files, 1, {make_key(1), make_key(2)});
  add_kernel(cache(), {.seed = 4, .age = 5h});
  expect_gone({{"TCM_PRUNE_MAX_SIZE", std::to_string(3 * one - 1)}, {"TCM_PRUNE_LOW_WATER", "40%"}}, util::now_ns(),
              Cause::max_size, 2, {make_key(1)});
}

TEST_F(GcTest, RoomIsMadeOnTheFileSystem) {
  add_kernel(cache());
  const service::GcResult result = gc({{"TCM_PRUNE_MIN_FREE", "100%"}});
  EXPECT_EQ(count(result, Cause::min_free), 1U);
  EXPECT_FALSE(result.within_limits()) << "no file system is empty";
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_EQ(gc({{"TCM_PRUNE_MIN_FREE", "1"}}).roots.at(0).entries, 0U);
}

TEST_F(GcTest, KernelsOfReleasesThatAreNotUsedHereGo) {
  add_kernel(cache(), {.seed = 1, .set = {{"/triton_version", "\"3.4.0\""}}});
  add_kernel(cache(), {.seed = 2});
  add_kernel(cache(), {.seed = 3, .erase = {"/triton_version"}});
  add_module(cache(), 4, "cuda_utils.so");
  const std::set<std::string> stay{make_key(2), make_key(3), make_key(4)};
  expect_gone({{"TCM_GC_TRITON_VERSIONS", "3.5, 3.6.0"}}, util::now_ns(), Cause::version, 1, stay);
  EXPECT_THROW(gc({{"TCM_GC_TRITON_VERSIONS", "newest"}}), std::runtime_error);
}

TEST_F(GcTest, AReleaseOfWhichNothingIsUsedGoes) {
  for (const std::uint64_t seed : {1, 2})
    add_kernel(cache(), {.seed = seed, .set = {{"/triton_version", "\"3.4.0\""}}, .age = 24h * (8 + 20 * seed)});
  add_kernel(cache(), {.seed = 3, .age = 24h * 90});
  add_kernel(cache(), {.seed = 4, .age = 1h});
  const std::int64_t now = util::now_ns();
  EXPECT_EQ(gc({{"TCM_GC_VERSION_UNUSED_FOR", "30d"}}, now).roots.at(0).entries, 0U) << "one of each is used";
  expect_gone({{"TCM_GC_VERSION_UNUSED_FOR", "30d"}}, now + 3 * util::kDay, Cause::version, 2,
              {make_key(3), make_key(4)});
}

TEST_F(GcTest, KernelsForGpusThatAreNotHereGo) {
  add_kernel(cache(), {.source = kCuda80, .seed = 1});
  add_kernel(cache(), {.source = kCuda90, .seed = 2});
  add_kernel(cache(), {.source = kHip90a, .seed = 3});
  add_module(cache(), 4, "cuda_utils.so");
  expect_gone({{"TCM_GC_ARCHS", "sm_90"}}, util::now_ns(), Cause::arch, 2, {make_key(2), make_key(4)});
}

TEST_F(GcTest, AModuleWhoseLibrariesAreHereStays) {
  add_module(cache(), 1, "cuda_utils.so");
  EXPECT_EQ(gc({{"TCM_GC_DEAD_MODULES", "yes"}}).roots.at(0).entries, 0U);
}

TEST_F(GcTest, AModuleThatNeedsAnotherReleaseOfALibraryGoesWhenToldTo) {
  const fs::path entry = add_module(cache(), 1, "cuda_utils.so");
  std::string module = read_file(entry / "cuda_utils.so");
  const std::size_t name = module.find("libc.so.6");
  ASSERT_NE(name, std::string::npos);
  module.replace(name, 9, "libc.so.9");
  write_file(entry / "cuda_utils.so", module);
  set_tree_age(entry, 1h);
  add_kernel(cache(), {.seed = 2});
  EXPECT_EQ(gc({}).roots.at(0).entries, 0U);
  expect_gone({{"TCM_GC_DEAD_MODULES", "yes"}}, util::now_ns(), Cause::module, 1, {make_key(2)});
}

TEST_F(GcTest, WhatIsInUseStaysAndIsNamed) {
  for (std::uint64_t i = 1; i <= 3; ++i) add_kernel(cache(), {.seed = i, .age = 24h * 90});
  add_module(cache(), 4, "cuda_utils.so");
  set_tree_age(cache() / make_key(4), 24h * 90);
  const std::map<std::string, std::string> settings{{"TCM_PRUNE_UNUSED_FOR", "30d"}, {"TCM_PRUNE_MAX_SIZE", "0"}};
  {
    const FileUser module(cache() / make_key(4) / "cuda_utils.so", FileUser::How::mapped);
    const FileUser binary(cache() / make_key(2) / "add_kernel.json", FileUser::How::open);
    const service::GcResult result = gc(settings);
    EXPECT_EQ(result.roots.at(0).entries, 2U);
    EXPECT_THAT(left(), UnorderedElementsAre(make_key(2), make_key(4)));
    EXPECT_FALSE(result.within_limits());
    const auto& used = result.plan.kept.of(KeptReason::in_use);
    ASSERT_EQ(used.count, 2U);
    std::string details;
    for (const service::Kept& one : used.examples) details += one.detail + '\n';
    for (const FileUser* user : {&module, &binary})
      EXPECT_THAT(details, HasSubstr("in use by pid " + std::to_string(user->pid()) + " ("));
  }
  EXPECT_TRUE(gc(settings).within_limits());
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(GcTest, TheYoungAndTheForeignStay) {
  add_kernel(cache(), {.seed = 1, .age = 1min});
  add_entry(cache(), "mine", {{"notes.txt", "x"}});
  const service::GcResult result = gc({{"TCM_PRUNE_MAX_SIZE", "0"}});
  EXPECT_THAT(left(), UnorderedElementsAre(make_key(1), "mine"));
  EXPECT_EQ(kept(result.plan.kept, KeptReason::young), 1U);
}

TEST_F(GcTest, ALineSaysWhatWentAndWhy) {
  service::GcRoot root{"/cache", 34, std::uint64_t{3} << 29};
  EXPECT_EQ(service::sum_up({"/cache"}, false), "");
  root.causes[static_cast<std::size_t>(Cause::unused)] = 30;
  root.causes[static_cast<std::size_t>(Cause::leftover)] = 4;
  EXPECT_EQ(service::sum_up(root, false),
            "freed 1.5 GiB, 34 entries: 4 left by dead writers, 30 unused (prune.unused_for)");
  EXPECT_THAT(service::sum_up(root, true), HasSubstr("would free 1.5 GiB"));
}

TEST_F(GcTest, TheFileOfTheLastSuccessIsOneForEachSelection) {
  EXPECT_EQ(service::gc_stamp_path("/data", {}), "/data/gc.stamp");
  EXPECT_NE(service::gc_stamp_path("/data", {"/a"}), service::gc_stamp_path("/data", {"/b"}));
}

}  // namespace
}  // namespace tcm::test
