// SPDX-License-Identifier: Apache-2.0
// Dropping kinds of files: the group is rewritten first, and what is left is a hit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::ArtifactKind;
using model::KeptReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(EditorDrop, IrAndSourceGoAndTheGroupListsTheRest) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.detail, "");
  EXPECT_THAT(names_in(entry), UnorderedElementsAre(kGroup, "add_kernel.json", "add_kernel.ptx", "add_kernel.cubin"));
  const auto children = children_of(entry);
  EXPECT_EQ(children.size(), 3U);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (entry / name).string());
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

TEST(EditorDrop, WhatHappenedIsTold) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const model::ByteTotals before = model::totals_of(read_one(entry).artifacts);
  const auto blocks = [&] { return cache::inspect(open_root(dir.path()), entry.filename()).allocated; };
  const std::uint64_t allocated = blocks();
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.files, 4U);
  EXPECT_EQ(outcome.bytes.ir, before.ir);
  EXPECT_EQ(outcome.bytes.source, before.source);
  EXPECT_EQ(outcome.bytes.total(), before.ir + before.source);
  EXPECT_EQ(outcome.freed, allocated - blocks());
  EXPECT_FALSE(outcome.gone);
  EXPECT_FALSE(outcome.relocated);
}

TEST(EditorDrop, NowIsWhatTheNextReadingFinds) {
  const TempDir dir;
  KernelSpec spec;
  const fs::path entry = add_kernel(dir.path(), spec);
  spec.name = "second";
  add_kernel(dir.path(), spec);
  const Outcome outcome = run_one(entry, Action::drop);
  ASSERT_TRUE(outcome.now);
  const model::Entry found = read(entry);
  EXPECT_TRUE(outcome.now->stamp.same_state(found.stamp));
  ASSERT_EQ(outcome.now->records.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(outcome.now->records[i].facts.name, found.records[i].facts.name);
    ASSERT_EQ(outcome.now->records[i].artifacts.size(), found.records[i].artifacts.size());
    for (std::size_t j = 0; j < found.records[i].artifacts.size(); ++j) {
      EXPECT_EQ(outcome.now->records[i].artifacts[j].name, found.records[i].artifacts[j].name);
      EXPECT_EQ(outcome.now->records[i].artifacts[j].bytes, found.records[i].artifacts[j].bytes);
    }
  }
}

TEST(EditorDrop, AStampIsTrustedOnceTheClockHasMovedOn) {
  std::vector<bool> settled;
  // On a busy machine the last entry, too, may have settled by the time that it is looked at: then once more.
  for (int tries = 0; tries < 50 && settled != std::vector{true, false}; ++tries) {
    const TempDir dir;
    add_kernels(dir.path(), 2);
    std::vector<cache::Change> changes;
    for (const std::string& key : names_in(dir.path())) changes.push_back(change_of(dir / key, Action::drop));
    cache::Editor editor = open_editor(dir.path());
    // Before each step the one before has settled.
    const auto wait = [] { return let_settle(), false; };
    settled.clear();
    editor.run(
        changes, [&](std::size_t, Outcome&& outcome) { settled.push_back(outcome.now->stamp.settled); }, wait);
  }
  EXPECT_THAT(settled, ElementsAre(true, false));
}

TEST(EditorDrop, AgeModeOwnerAndTimesStay) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::permissions(entry / kGroup, fs::perms(0640));
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((entry / kGroup).c_str(), 12, 34), 0);
  }
  set_time(entry / kGroup, 1'600'000'000'123'456'789);
  set_time(entry, 1'700'000'000'987'654'321);
  struct stat before {};
  ASSERT_EQ(::stat((entry / kGroup).c_str(), &before), 0);
  EXPECT_EQ(run_one(entry, Action::drop).status, Status::done);
  struct stat after {};
  ASSERT_EQ(::stat((entry / kGroup).c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_mode, after.st_mode);
  EXPECT_EQ(before.st_uid, after.st_uid);
  EXPECT_EQ(before.st_gid, after.st_gid);
  EXPECT_EQ(after.st_mtim.tv_nsec, 123'456'789);
  EXPECT_EQ(after.st_atim.tv_sec, 1'600'000'000);
  EXPECT_EQ(read(entry).stamp.mtime_ns, 1'700'000'000'987'654'321);
}

TEST(EditorDrop, OnlyTheKindsThatWereAskedFor) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  cache::Change change = change_of(entry, Action::drop);
  change.kinds = {ArtifactKind::assembly};
  EXPECT_EQ(run_one(dir.path(), change).files, 1U);
  EXPECT_FALSE(fs::exists(entry / "add_kernel.ptx"));
  EXPECT_TRUE(fs::exists(entry / "add_kernel.ttir"));
  EXPECT_FALSE(children_of(entry).contains("add_kernel.ptx"));
}

TEST(EditorDrop, MetadataGroupAndBinaryStayWhateverIsAsked) {
  const TempDir dir;
  KernelSpec spec;
  spec.files = {{"add_kernel.unknown", "nobody knows whether this is the binary"}};
  const fs::path entry = add_kernel(dir.path(), spec);
  cache::Change change = change_of(entry, Action::drop);
  for (const auto& word : model::kArtifactKinds) change.kinds.add(word.value);
  EXPECT_EQ(run_one(dir.path(), change).status, Status::done);
  EXPECT_THAT(names_in(entry),
              UnorderedElementsAre(kGroup, "add_kernel.json", "add_kernel.cubin", "add_kernel.unknown"));
}

TEST(EditorDrop, OnlyTheRecordsThatWereAskedFor) {
  const TempDir dir;
  KernelSpec spec;
  spec.name = "a_kernel";
  add_kernel(dir.path(), spec);
  spec.name = "b_kernel";
  const fs::path entry = add_kernel(dir.path(), spec);
  cache::Change change = change_of(entry, Action::drop);
  change.ordinals = {1};
  EXPECT_EQ(run_one(dir.path(), change).files, 4U);
  EXPECT_TRUE(fs::exists(entry / "a_kernel.ttir"));
  EXPECT_FALSE(fs::exists(entry / "b_kernel.ttir"));
  EXPECT_TRUE(children_of(entry, "__grp__a_kernel.json").contains("a_kernel.ttir"));
  EXPECT_FALSE(children_of(entry, "__grp__b_kernel.json").contains("b_kernel.ttir"));
}

TEST(EditorDrop, EveryGroupThatListsAFileLosesIt) {
  const TempDir dir;
  KernelSpec spec;
  spec.name = "a_kernel";
  add_kernel(dir.path(), spec);
  spec.name = "b_kernel";
  const fs::path entry = add_kernel(dir.path(), spec);
  auto group = nlohmann::ordered_json::parse(read_file(entry / "__grp__b_kernel.json"));
  group["child_paths"]["a_kernel.ttir"] = (entry / "a_kernel.ttir").string();
  write_file(entry / "__grp__b_kernel.json", group.dump());
  cache::Change change = change_of(entry, Action::drop);
  change.ordinals = {0};
  EXPECT_EQ(run_one(dir.path(), change).status, Status::done);
  EXPECT_FALSE(children_of(entry, "__grp__b_kernel.json").contains("a_kernel.ttir"));
  EXPECT_TRUE(children_of(entry, "__grp__b_kernel.json").contains("b_kernel.ttir"));
}

TEST(EditorDrop, AListStaysAListOfNames) {
  const TempDir dir;
  KernelSpec spec;
  spec.group = GroupShape::list;
  const fs::path entry = add_kernel(dir.path(), spec);
  EXPECT_EQ(run_one(entry, Action::drop).status, Status::done);
  EXPECT_THAT(children_of(entry).get<std::vector<std::string>>(),
              UnorderedElementsAre("add_kernel.json", "add_kernel.ptx", "add_kernel.cubin"));
}

TEST(EditorDrop, AMovedCacheGetsPathsThatHit) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "/where/it/was";
  const fs::path entry = add_kernel(dir.path(), spec);
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_TRUE(outcome.relocated);
  const auto children = children_of(entry);
  EXPECT_EQ(children.size(), 3U);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (entry / name).string());
}

TEST(EditorDrop, UnlessThePathsAreToBeKept) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "/in/the/container";
  const fs::path entry = add_kernel(dir.path(), spec);
  cache::EditorOptions options;
  options.keep_paths = true;
  const Outcome outcome = run_one(entry, Action::drop, options);
  EXPECT_FALSE(outcome.relocated);
  const auto children = children_of(entry);
  for (const auto& [name, path] : children.items())
    EXPECT_EQ(path, "/in/the/container/" + entry.filename().string() + "/" + name);
}

TEST(EditorDrop, ARelativeRootIsWrittenInWhole) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "relative/to/what/triton/ran/in";
  const fs::path entry = add_kernel(dir / "root", spec);
  cache::Change change = change_of(entry, Action::drop);
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  const Outcome outcome = run_one("root", change);
  fs::current_path(before);
  EXPECT_TRUE(outcome.relocated);
  const auto children = children_of(entry);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (entry / name).string());
}

TEST(EditorDrop, APathOfAnotherKeyIsPutRight) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  auto group = nlohmann::ordered_json::parse(read_file(entry / kGroup));
  group["child_paths"]["add_kernel.cubin"] = (dir / "OTHER/add_kernel.cubin").string();
  group["child_paths"]["add_kernel.json"] = entry.filename().string() + "/add_kernel.json";
  write_file(entry / kGroup, group.dump());
  EXPECT_TRUE(run_one(entry, Action::drop).relocated);
  EXPECT_EQ(children_of(entry)["add_kernel.cubin"], (entry / "add_kernel.cubin").string());
  EXPECT_EQ(children_of(entry)["add_kernel.json"], (entry / "add_kernel.json").string());
}

TEST(EditorDrop, IrThatIsMissingAlreadyIsListedNoMore) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::remove(entry / "add_kernel.ttir");
  set_tree_age(entry, std::chrono::hours(1));
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.files, 3U);
  EXPECT_EQ(children_of(entry).size(), 3U);
}

TEST(EditorDrop, AnEntryWithoutItsBinaryIsLeftAlone) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::remove(entry / "add_kernel.cubin");
  const auto names = names_in(entry);
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.status, Status::kept);
  EXPECT_EQ(outcome.kept, KeptReason::broken);
  EXPECT_EQ(outcome.now.value().records.at(0).problem, model::SkipReason::binary_missing) << "the index learns of it";
  EXPECT_EQ(names_in(entry), names);
}

TEST(EditorDrop, ABinaryThatIsListedAndMissingIsNamed) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::rename(entry / "add_kernel.cubin", entry / "add_kernel.other");
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.kept, KeptReason::broken);
  EXPECT_EQ(outcome.detail, "add_kernel.cubin: not in the entry");
  EXPECT_TRUE(fs::exists(entry / "add_kernel.ttir"));
}

TEST(EditorDrop, WithoutAGroupNothingGoes) {
  const TempDir dir;
  const fs::path old = add_triton20_kernel(dir.path(), 1);
  const fs::path partial = add_partial(dir.path(), 2);
  for (const fs::path& entry : {old, partial}) {
    const auto names = names_in(entry);
    const Outcome outcome = run_one(entry, Action::drop);
    EXPECT_EQ(outcome.status, Status::failed);
    EXPECT_THAT(outcome.detail, HasSubstr("no group file"));
    EXPECT_EQ(names_in(entry), names);
  }
}

TEST(EditorDrop, ABrokenEntryIsLeftAlone) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  for (const char* text : {"", "{", R"({"child_paths": {"add_kernel.ttir\udcff": "/x"}})", R"({"child_paths": 3})"}) {
    write_file(entry / kGroup, text);
    const Outcome outcome = run_one(entry, Action::drop);
    EXPECT_EQ(outcome.status, Status::kept);
    EXPECT_EQ(outcome.kept, KeptReason::broken);
    EXPECT_THAT(outcome.detail, HasSubstr(kGroup));
    EXPECT_EQ(read_file(entry / kGroup), text);
    EXPECT_TRUE(fs::exists(entry / "add_kernel.ttir"));
  }
}

TEST(EditorDrop, NothingToDropIsDone) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  run_one(entry, Action::drop);
  const model::EntryStamp stamp = read(entry).stamp;
  const Outcome again = run_one(entry, Action::drop);
  EXPECT_EQ(again.status, Status::done);
  EXPECT_EQ(again.files, 0U);
  EXPECT_FALSE(again.now);
  EXPECT_TRUE(read(entry).stamp.same_state(stamp));
  EXPECT_EQ(run_one(add_empty(dir.path(), 7), Action::drop).status, Status::done);
}

TEST(EditorDrop, YoungChangedAndGoneEntriesAreKept) {
  const TempDir dir;
  cache::EditorOptions options;
  options.grace_ns = std::chrono::nanoseconds(std::chrono::minutes(10)).count();
  KernelSpec spec;
  spec.age = std::chrono::minutes(9);
  const fs::path entry = add_kernel(dir.path(), spec);
  const auto names = names_in(entry);
  EXPECT_EQ(run_one(entry, Action::drop, options).kept, KeptReason::young);
  set_age(entry, std::chrono::minutes(11));
  const cache::Change change = change_of(entry, Action::drop);
  fs::permissions(entry, fs::perms(0700));
  const Outcome outcome = run_one(dir.path(), change, options);
  EXPECT_EQ(outcome.status, Status::kept);
  EXPECT_EQ(outcome.kept, KeptReason::changed) << "only its change time tells";
  EXPECT_EQ(names_in(entry), names);
  fs::remove_all(entry);
  EXPECT_EQ(run_one(dir.path(), change, options).kept, KeptReason::gone);
}

TEST(EditorDrop, AYoungTemporaryMakesAnEntryYoung) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(entry / "tmp.1a2b3c4d/add_kernel.ttir", "being written on another machine");
  set_age(entry, std::chrono::hours(1));
  cache::EditorOptions options;
  options.grace_ns = 600'000'000'000;
  EXPECT_EQ(run_one(entry, Action::drop, options).kept, KeptReason::young);
}

TEST(EditorDrop, ALiveWriterKeepsAnEntryWhateverTheGrace) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(
      entry / ("tmp.pid_" + std::to_string(::getpid()) + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir"),
      "half of");
  for (const Action action : {Action::drop, Action::remove, Action::share, Action::sweep, Action::rewrite}) {
    const Outcome outcome = run_one(entry, action);
    EXPECT_EQ(outcome.status, Status::kept);
    EXPECT_EQ(outcome.kept, KeptReason::in_use);
    EXPECT_EQ(outcome.detail, "pid " + std::to_string(::getpid()));
  }
}

TEST(EditorDrop, LinksAreNotFollowed) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir / "root");
  const fs::path outside = add_kernel(dir / "outside");
  fs::create_directory_symlink(outside, dir / "root/LINK");
  cache::Change change;
  change.key = "LINK";
  for (const Action action : {Action::drop, Action::remove, Action::share, Action::sweep, Action::rewrite}) {
    change.action = action;
    EXPECT_EQ(run_one(dir / "root", change).kept, KeptReason::symlink);
  }
  fs::rename(entry / "add_kernel.ttir", dir / "precious");
  fs::create_symlink(dir / "precious", entry / "add_kernel.ttir");
  for (const Action action : {Action::drop, Action::remove, Action::share, Action::sweep, Action::rewrite}) {
    const Outcome outcome = run_one(entry, action);
    EXPECT_EQ(outcome.kept, KeptReason::symlink);
    EXPECT_THAT(outcome.detail, HasSubstr("add_kernel.ttir"));
  }
  EXPECT_TRUE(fs::exists(dir / "precious"));
  EXPECT_EQ(names_in(outside).size(), 8U);
  EXPECT_TRUE(fs::exists(entry / "add_kernel.llir"));
}

TEST(EditorDrop, AHardLinkElsewhereFreesNothing) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir / "root");
  for (const std::string& name : names_in(entry)) fs::create_hard_link(entry / name, dir / name);
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.files, 4U);
  EXPECT_EQ(outcome.freed, 0U);
}

}  // namespace
}  // namespace tcm::test
