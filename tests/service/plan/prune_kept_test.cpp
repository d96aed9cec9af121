// SPDX-License-Identifier: Apache-2.0
// What prune leaves alone: links, what is young, in use, changed or foreign, other kernels, other directories.
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::IsEmpty;

// What could not be removed keeps its row, its name is said, and a link is never followed.
TEST_F(PruneTest, ALinkedEntryIsNeverEntered) {
  const fs::path outside = directory_ / "outside";
  fs::create_directory(outside);
  const fs::path real = add_kernel(outside, {.seed = 7});
  fs::create_directory_symlink(real, cache() / make_key(7));
  add_kernel(cache(), {.seed = 8});
  const auto before = contents(outside);
  service::Plan made = plan(request(PruneMode::full));
  EXPECT_EQ(made.items.sums().entries, 1U);
  ASSERT_EQ(kept(made.kept, KeptReason::symlink), 1U);
  EXPECT_EQ(made.kept.of(KeptReason::symlink).examples.at(0).key, make_key(7));
  carry_out(made);
  EXPECT_TRUE(fs::is_symlink(cache() / make_key(7)));
  EXPECT_EQ(contents(outside), before);
}

TEST_F(PruneTest, ALinkInAnEntryKeepsIt) {
  const fs::path entry = add_kernel(cache());
  write_file(directory_ / "precious", "x");
  fs::create_symlink(directory_ / "precious", entry / "add_kernel.extra");
  set_age(entry, 1h);
  EXPECT_EQ(kept(plan(request(PruneMode::full)).kept, KeptReason::symlink), 1U);
  EXPECT_EQ(kept(plan(request()).kept, KeptReason::symlink), 1U);
  const auto before = contents(cache());
  prune(request());
  prune(request(PruneMode::full));
  EXPECT_EQ(contents(cache()), before);
  EXPECT_EQ(read_file(directory_ / "precious"), "x");
}

// A kernel that a running job needs stays.
TEST_F(PruneTest, YoungEntriesAndThoseInUseAreLeftAlone) {
  add_kernel(cache(), {.seed = 1, .age = 5min});
  const fs::path busy = add_kernel(cache(), {.seed = 2});
  fs::create_directory(busy / ("tmp.pid_" + std::to_string(::getpid()) + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a20"));
  set_age(busy, 1h);
  const fs::path old = add_kernel(cache(), {.seed = 3});
  const auto before = contents(cache());
  for (const PruneMode mode : {PruneMode::drop, PruneMode::full, PruneMode::share}) {
    PruneRequest wanted = request(mode);
    wanted.grace_ns = 10 * util::kMinute;
    service::Plan made = plan(wanted);
    EXPECT_EQ(kept(made.kept, KeptReason::young), 1U);
    ASSERT_EQ(kept(made.kept, KeptReason::in_use), 1U);
    EXPECT_EQ(made.kept.of(KeptReason::in_use).examples.at(0).detail, "pid " + std::to_string(::getpid()));
    EXPECT_EQ(made.kept.of(KeptReason::in_use).examples.at(0).key, make_key(2));
  }
  EXPECT_EQ(contents(cache()), before);
}

TEST_F(PruneTest, WhatChangedSinceThePlanIsKeptAndNamed) {
  add_kernels(cache(), 3);
  for (const PruneMode mode : {PruneMode::drop, PruneMode::full}) {
    service::Plan made = plan(request(mode));
    write_file(cache() / make_key(2) / "add_kernel.ttir", "compiled anew " + std::to_string(static_cast<int>(mode)));
    fs::create_directory(cache() / make_key(2) / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12");
    fs::remove(cache() / make_key(2) / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12");
    const auto report = carry_out(made);
    EXPECT_EQ(report.done.entries, 2U);
    ASSERT_EQ(kept(report.kept, KeptReason::changed), 1U);
    EXPECT_EQ(report.kept.of(KeptReason::changed).examples.at(0).key, make_key(2));
    EXPECT_FALSE(report.partial());
    EXPECT_TRUE(fs::exists(cache() / make_key(2) / "add_kernel.ttir"));
  }
}

TEST_F(PruneTest, WhatIsGoneMeanwhileIsNoFailure) {
  add_kernels(cache(), 2);
  service::Plan made = plan(request(PruneMode::full));
  fs::remove_all(cache() / make_key(1));
  const auto report = carry_out(made);
  EXPECT_EQ(report.done.entries, 1U);
  EXPECT_EQ(kept(report.kept, KeptReason::gone), 1U);
  EXPECT_THAT(list({}), IsEmpty()) << "nor is it in the index any more";
}

// The paths in a group are data.
TEST_F(PruneTest, AGroupThatNamesFilesElsewhereTouchesNothingElsewhere) {
  write_file(directory_ / "outside/add_kernel.ttir", "precious");
  KernelSpec spec;
  spec.group_root = (directory_ / "outside/..").string();
  const fs::path entry = add_kernel(cache(), spec);
  const fs::path group = entry / "__grp__add_kernel.json";
  auto json = nlohmann::json::parse(read_file(group));
  json["child_paths"]["add_kernel.ttir"] = (directory_ / "outside/add_kernel.ttir").string();
  json["child_paths"]["../../outside/add_kernel.ttir"] = (directory_ / "outside/add_kernel.ttir").string();
  write_file(group, json.dump());
  set_age(entry, 1h);
  prune(request());
  prune(request(PruneMode::full));
  EXPECT_EQ(read_file(directory_ / "outside/add_kernel.ttir"), "precious");
}

// The same key in another cache directory is another entry.
TEST_F(PruneTest, TheOtherRootKeepsItsFilesAndItsRows) {
  const fs::path other = directory_ / "other";
  add_kernel(cache());
  add_kernel(other);
  index_all({.cache_dirs = {other.string()}});
  const auto before = contents(other);
  prune(request());
  EXPECT_EQ(contents(other), before);
  service::FilterWords words;
  words.cache_dirs = {other.string()};
  EXPECT_EQ(list(words).at(0).file_count, 8);
  words.cache_dirs = {cache().string()};
  EXPECT_EQ(list(words).at(0).file_count, 4);
}

TEST_F(PruneTest, AForeignFileKeepsTheWholeEntry) {
  const fs::path entry = add_kernel(cache());
  write_file(entry / "notes.txt", "mine");
  set_age(entry, 1h);
  const auto before = contents(cache());
  service::Plan made = plan(request(PruneMode::full));
  ASSERT_EQ(kept(made.kept, KeptReason::foreign_file), 1U);
  EXPECT_EQ(made.kept.of(KeptReason::foreign_file).examples.at(0).detail, "notes.txt");
  carry_out(made);
  EXPECT_EQ(contents(cache()), before);
  EXPECT_EQ(prune(request()).done.files, 4U) << "its IR goes all the same";
  EXPECT_EQ(read_file(entry / "notes.txt"), "mine");
}

TEST_F(PruneTest, AForeignFileIsForeignWhateverItsExtension) {
  const fs::path entry = add_kernel(cache());
  for (const char* name : {"backup.cubin", "mine.ttir", "notes.source"}) write_file(entry / name, "mine");
  set_age(entry, 1h);
  const auto before = contents(cache());
  service::Plan made = plan(request(PruneMode::full));
  ASSERT_EQ(kept(made.kept, KeptReason::foreign_file), 1U);
  EXPECT_EQ(made.kept.of(KeptReason::foreign_file).examples.at(0).detail, "backup.cubin");
  carry_out(made);
  EXPECT_EQ(contents(cache()), before);
  EXPECT_EQ(prune(request()).done.files, 4U) << "its IR goes all the same";
  for (const char* name : {"backup.cubin", "mine.ttir", "notes.source"}) EXPECT_EQ(read_file(entry / name), "mine");
}

TEST_F(PruneTest, AnEntryWithAnotherKernelIsNotRemovedForOneOfThem) {
  const fs::path entry = add_kernel(cache(), {.seed = 1});
  const fs::path second = add_kernel(directory_ / "second", {.seed = 1, .name = "other_kernel"});
  for (const auto& file : fs::directory_iterator(second)) fs::copy(file.path(), entry / file.path().filename());
  const fs::path group = entry / "__grp__other_kernel.json";
  auto json = nlohmann::json::parse(read_file(group));
  for (auto& [name, path] : json["child_paths"].items()) path = (entry / name).string();
  write_file(group, json.dump());
  set_tree_age(entry, 1h);
  PruneRequest wanted = request(PruneMode::full);
  wanted.filters.names = {"other_kernel"};
  EXPECT_EQ(kept(plan(wanted).kept, KeptReason::other_kernels), 1U);
  wanted.mode = PruneMode::drop;
  EXPECT_EQ(prune(wanted).done.files, 4U);
  EXPECT_FALSE(fs::exists(entry / "other_kernel.ttir"));
  EXPECT_EQ(listed(entry, "add_kernel").size(), 7U) << "the other one keeps all that it had";
  EXPECT_EQ(listed(entry, "other_kernel").size(), 3U);
  wanted.filters.names = {};
  wanted.mode = PruneMode::full;
  EXPECT_EQ(prune(wanted).done.kernels, 2U);
  EXPECT_FALSE(fs::exists(entry));
}

// Triton 2 runs each stage again whose file is gone.
TEST_F(PruneTest, KernelsOfTriton2KeepTheirIr) {
  add_triton20_kernel(cache(), 1);
  add_triton21_kernel(cache(), 2);
  add_kernel(cache(), {.seed = 3, .encoding = cache::KeyEncoding::md5_hex, .group = GroupShape::list});
  const auto before = contents(cache());
  service::Plan made = plan(request());
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(kept(made.kept, KeptReason::needs_ir), 3U);
  EXPECT_EQ(contents(cache()), before);
}

}  // namespace
}  // namespace tcm::test
