// SPDX-License-Identifier: Apache-2.0
// Removing whole entries: out of the root in one step, and only what is Triton's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/trash/trash.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::KeptReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(EditorRemove, TheWholeEntryGoes) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const fs::path other = add_empty(dir.path(), 2);
  const std::uint64_t bytes = bytes_below(entry);
  const std::uint64_t allocated = cache::inspect(open_root(dir.path()), entry.filename()).allocated;
  const auto count = names_in(entry).size();
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_TRUE(outcome.gone);
  EXPECT_EQ(outcome.files, count);
  EXPECT_EQ(outcome.bytes.total(), bytes);
  EXPECT_EQ(outcome.freed, allocated);
  EXPECT_FALSE(outcome.now);
  EXPECT_THAT(names_in(dir.path()), ElementsAre(other.filename().string()));
}

TEST(EditorRemove, ManyAtOnceAreToldInOrderAndCountSharedFilesOnce) {
  const TempDir dir;
  constexpr std::uint32_t kEntries = 60;
  for (std::uint32_t i = 1; i <= kEntries; ++i) add_kernel(dir.path(), {.seed = i});
  // Every entry has the same file, as deduplication leaves it: the last link frees, whoever deletes it.
  const fs::path shared = dir / make_key(1) / "add_kernel.cubin";
  std::vector<cache::Change> batch;
  std::uint64_t allocated = 0;
  for (std::uint32_t i = 1; i <= kEntries; ++i) {
    const fs::path entry = dir / make_key(i);
    if (i > 1) {
      fs::remove(entry / "add_kernel.cubin");
      fs::create_hard_link(shared, entry / "add_kernel.cubin");
    }
  }
  struct stat of_shared {};
  ASSERT_EQ(::stat(shared.c_str(), &of_shared), 0);
  for (std::uint32_t i = 1; i <= kEntries; ++i) {
    batch.push_back(change_of(dir / make_key(i), Action::remove));
    allocated += cache::inspect(open_root(dir.path()), make_key(i)).allocated;
  }
  allocated -= (kEntries - 1) * static_cast<std::uint64_t>(of_shared.st_blocks) * 512;
  batch[20].key = make_key(kEntries + 1);  // one that is not there any more

  cache::EditorOptions options;
  options.jobs = 4;
  std::uint64_t freed = 0;
  std::vector<Outcome> outcomes;
  {
    cache::Editor editor = open_editor(dir.path(), options);
    outcomes = run(editor, batch);
  }
  ASSERT_EQ(outcomes.size(), batch.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_TRUE(outcomes[i].gone);
    EXPECT_EQ(outcomes[i].status, i == 20 ? Status::kept : Status::done) << outcomes[i].detail;
    freed += outcomes[i].freed;
  }
  EXPECT_THAT(names_in(dir.path()), ElementsAre(make_key(21))) << "of which the plan named another";
  EXPECT_EQ(freed + run_one(dir / make_key(21), Action::remove).freed, allocated);
}

TEST(EditorRemove, IntoTheTrashAndBack) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_time(entry, 1'700'000'000'123'456'789);
  const auto names = names_in(entry);
  cache::EditorOptions options;
  options.trash_id = "20261123-1";
  const Outcome outcome = run_one(entry, Action::remove, options);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.freed, 0U);
  EXPECT_EQ(outcome.files, names.size());
  EXPECT_FALSE(fs::exists(entry));

  const auto bins = cache::list_trash(open_root(dir.path()));
  ASSERT_TRUE(bins);
  ASSERT_EQ(bins->size(), 1U);
  EXPECT_EQ(bins->front().id, "20261123-1");
  EXPECT_EQ(bins->front().entries, 1);
  EXPECT_EQ(bins->front().files, names.size());

  const auto report = cache::restore_trash(dir.path().string(), "20261123-1");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->entries, 1);
  EXPECT_EQ(report->files, names.size());
  EXPECT_THAT(report->failures, IsEmpty());
  EXPECT_EQ(names_in(entry), names);
  EXPECT_EQ(read(entry).stamp.mtime_ns, 1'700'000'000'123'456'789);
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

TEST(EditorRemove, EveryKindOfEntry) {
  const TempDir dir;
  add_module(dir.path(), 1, "launcher.cpython-312-x86_64-linux-gnu.so");
  add_autotune(dir.path(), 2, "add_kernel");
  add_empty(dir.path(), 3);
  add_partial(dir.path(), 4);
  add_leftover(dir.path(), 5);
  add_xpu_kernel(dir.path(), 6, true);
  add_npu_kernel(dir.path(), 7);
  add_cpu_kernel(dir.path(), 8);
  add_triton20_kernel(dir.path(), 9);
  add_triton21_kernel(dir.path(), 10);
  add_entry(dir.path(), "tmp.0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11",
            {{"__grp__k.json", R"({"child_paths": {"k.json": "/x"}})"}, {"k.json", "{}"}});
  add_entry(dir.path(), make_key(11), {{"__grp__k.json", "not json"}, {"k.json", "{}"}});
  add_entry(dir.path(), make_key(12), {{"precompiled.h", "x"}, {"precompiled.h.gch", "y"}, {"u.so", "z"}});
  for (const std::string& key : names_in(dir.path())) {
    const Outcome outcome = run_one(dir / key, Action::remove);
    EXPECT_EQ(outcome.status, Status::done) << key << ": " << outcome.detail;
    EXPECT_TRUE(outcome.gone);
  }
  EXPECT_THAT(names_in(dir.path()), IsEmpty());
}

TEST(EditorRemove, ATemporaryEntryWithAUsersFileStays) {
  const TempDir dir;
  const fs::path entry = add_entry(dir.path(), "tmp.0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11",
                                   {{"__grp__k.json", R"({"child_paths": {"k.json": "/x"}})"}, {"thesis.tex", "mine"}});
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.kept, KeptReason::foreign_file);
  EXPECT_THAT(outcome.detail, HasSubstr("thesis.tex"));
  EXPECT_TRUE(fs::exists(entry / "thesis.tex"));
}

TEST(EditorRemove, AForeignFileKeepsTheWholeEntry) {
  for (const char* name : {"notes.txt", "mine.json", "README", ".keep", "backup/add_kernel.ttir", "notes.tmp",
                           "tmp.mywork/thesis.tex", "tmp.0badcafe/thesis.tex"}) {
    const TempDir dir;
    const fs::path entry = add_kernel(dir.path());
    write_file(entry / name, "a user's");
    set_tree_age(entry, std::chrono::hours(1));
    const auto names = names_in(entry);
    const Outcome outcome = run_one(entry, Action::remove);
    EXPECT_EQ(outcome.status, Status::kept);
    EXPECT_EQ(outcome.kept, KeptReason::foreign_file);
    EXPECT_THAT(outcome.detail, HasSubstr(fs::path(name).begin()->string()));
    EXPECT_EQ(names_in(entry), names);
    EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
  }
}

TEST(EditorRemove, ANestedDirectoryKeepsTheWholeEntry) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::create_directory(entry / "empty");
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.kept, KeptReason::foreign_file);
  EXPECT_EQ(outcome.detail, "empty/: not a directory of Triton's");
}

TEST(EditorRemove, WhatIsNoEntryIsKept) {
  const TempDir dir;
  fs::create_directory(dir / "empty");
  write_file(dir / "mine/config.json", "{}");
  write_file(dir / "file", "x");
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  for (const char* name : {"empty", "mine", "file", "fifo"}) {
    const Outcome outcome = run_one(dir / name, Action::remove);
    EXPECT_EQ(outcome.status, Status::kept) << name;
    EXPECT_EQ(outcome.kept, KeptReason::foreign_file) << name;
    EXPECT_TRUE(fs::exists(dir / name));
  }
}

TEST(EditorRemove, NamesThatLeadElsewhereAreRefused) {
  const TempDir dir;
  write_file(dir / "outside/k.ttir", "x");
  add_kernel(dir / "root");
  for (const char* key : {"../outside", "..", ".", "", "/etc"}) {
    cache::Change change;
    change.key = key;
    for (const Action action : {Action::remove, Action::drop, Action::sweep, Action::share, Action::rewrite}) {
      change.action = action;
      EXPECT_EQ(run_one(dir / "root", change).status, Status::kept) << key;
    }
  }
  EXPECT_TRUE(fs::exists(dir / "outside/k.ttir"));
}

TEST(EditorRemove, AFifoKeepsTheEntry) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  ASSERT_EQ(::mkfifo((entry / "add_kernel.fifo").c_str(), 0600), 0);
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.kept, KeptReason::foreign_file);
}

struct DuplicateTest : testing::Test {
  DuplicateTest() {
    KernelSpec spec;
    one = add_kernel(dir.path(), spec);
    spec.seed = 2;
    two = add_kernel(dir.path(), spec);
  }
  cache::Change change() const {
    cache::Change made = change_of(two, Action::remove);
    const std::string key = one.filename();
    made.duplicate_of =
        cache::Duplicate{key, cache::inspect(open_root(dir.path()), key).stamp, "add_kernel.cubin", "add_kernel.cubin"};
    return made;
  }
  TempDir dir;
  fs::path one, two;
};

TEST_F(DuplicateTest, ADuplicateGoesWhileItsEqualStays) {
  EXPECT_EQ(run_one(dir.path(), change()).status, Status::done);
  EXPECT_THAT(names_in(dir.path()), ElementsAre(one.filename().string()));
}

TEST_F(DuplicateTest, ADifferentBinaryKeepsIt) {
  std::string bytes = read_file(two / "add_kernel.cubin");
  bytes.back() ^= 1;
  write_file(two / "add_kernel.cubin", bytes);
  const Outcome outcome = run_one(dir.path(), change());
  EXPECT_EQ(outcome.status, Status::kept);
  EXPECT_EQ(outcome.kept, KeptReason::twin_changed);
  EXPECT_TRUE(fs::exists(two));
}

TEST_F(DuplicateTest, AChangedGoneOrSameOtherKeepsIt) {
  cache::Change planned = change();
  planned.duplicate_of->key = planned.key;
  planned.duplicate_of->stamp = planned.stamp;
  EXPECT_EQ(run_one(dir.path(), planned).kept, KeptReason::twin_changed) << "nothing is its own duplicate";
  planned = change();
  fs::permissions(one, fs::perms(0700));
  EXPECT_EQ(run_one(dir.path(), planned).kept, KeptReason::twin_changed);
  fs::remove_all(one);
  const Outcome outcome = run_one(dir.path(), planned);
  EXPECT_EQ(outcome.status, Status::kept);
  EXPECT_EQ(outcome.kept, KeptReason::twin_changed);
  EXPECT_TRUE(fs::exists(two));
}

TEST(EditorRemove, OfHardLinksTheLastFrees) {
  const TempDir dir;
  const fs::path entry = add_entry(dir.path(), make_key(1), {{"a.so", std::string(10'000, 'x')}});
  fs::create_hard_link(entry / "a.so", entry / "b.so");
  struct stat file {};
  struct stat directory {};
  ASSERT_EQ(::stat((entry / "a.so").c_str(), &file), 0);
  ASSERT_EQ(::stat(entry.c_str(), &directory), 0);
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.files, 2U);
  EXPECT_EQ(outcome.freed, static_cast<std::uint64_t>(file.st_blocks + directory.st_blocks) * 512);
}

TEST(EditorRemove, AnotherUsersEntryIsAFailureWithItsPath) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const std::string told = as_ordinary_user([&] { return run_one(entry, Action::remove).detail; });
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to make another user's cache";
  EXPECT_EQ(told, dir.path().string() + "/.tcm-trash: cannot make this directory: Permission denied");
  EXPECT_TRUE(fs::exists(entry / "add_kernel.ttir"));
}

}  // namespace
}  // namespace tcm::test
