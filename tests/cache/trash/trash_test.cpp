// SPDX-License-Identifier: Apache-2.0
// The trash of a root: what it keeps, gives back and deletes, and that it is no part of the cache.
#include "core/cache/trash/trash.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/find/cache_directory.hpp"
#include "core/cache/read/file_system.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void throw_away(const fs::path& entry, const std::string& id) {
  cache::EditorOptions options;
  options.trash_id = id;
  const Outcome outcome = run_one(entry, Action::remove, options);
  if (outcome.status != Status::done) throw std::runtime_error(outcome.detail);
}

std::vector<cache::TrashBin> bins_of(const fs::path& root) {
  auto bins = cache::list_trash(open_root(root));
  if (!bins) throw std::runtime_error(bins.error().message);
  return std::move(*bins);
}

TEST(Trash, IdsAreADateAndANumber) {
  for (const char* id : {"20261123-1", "20261123-10", "00000000-999999999"}) EXPECT_TRUE(cache::is_trash_id(id)) << id;
  for (const char* id : {"", "20261123", "20261123-", "20261123-0", "20261123-01", "2026112-1", "20261123_1",
                         "20261123-1a", "20261123-1/..", "tmp.1.1", "20261123-1234567890", "lock"})
    EXPECT_FALSE(cache::is_trash_id(id)) << id;
  const TempDir dir;
  cache::EditorOptions options;
  options.trash_id = "../x";
  EXPECT_EQ(cache::Editor::open(dir.path().string(), options).error().code, ErrorCode::usage);
}

TEST(Trash, AnIdIsOlderByItsDateThenByItsNumber) {
  const auto bin = [](const char* id) {
    cache::TrashBin made;
    made.id = id;
    return made;
  };
  EXPECT_TRUE(cache::is_older(bin("20261123-9"), bin("20261123-10")));
  EXPECT_FALSE(cache::is_older(bin("20261123-10"), bin("20261123-9")));
  EXPECT_TRUE(cache::is_older(bin("20261123-10"), bin("20261124-1")));
  EXPECT_EQ(cache::trash_number("20261123-10"), 10U);
  EXPECT_EQ(cache::trash_number("tmp.1.7"), 0U) << "what a killed process left has no number, and is shorter than one";
}

TEST(Trash, ARootWithoutHasNone) {
  const TempDir dir;
  EXPECT_THAT(bins_of(dir.path()), IsEmpty());
  EXPECT_EQ(cache::restore_trash(dir.path().string(), "20261123-1").error().code, ErrorCode::missing);
  EXPECT_EQ(cache::empty_trash(dir.path().string(), "20261123-1").error().code, ErrorCode::missing);
  EXPECT_EQ(cache::empty_trash(dir.path().string(), "..").error().code, ErrorCode::missing);
}

TEST(Trash, WhatAKilledEditorLeftIsListedAndEmptied) {
  const TempDir dir;
  const std::string dead = "tmp.999999999.0";
  const std::string live = fmt::format("tmp.{}.0", ::getpid());
  for (const std::string& id : {dead, live})
    fs::rename(add_kernel(dir.path()), [&] {
      fs::create_directories(dir / ".tcm-trash" / id);
      return dir / ".tcm-trash" / id / "moved";
    }());
  set_age(dir / ".tcm-trash" / live, std::chrono::hours(-1));
  const auto bins = bins_of(dir.path());
  ASSERT_EQ(bins.size(), 1U);
  EXPECT_EQ(bins[0].id, dead);
  EXPECT_EQ(bins[0].entries, 1);
  EXPECT_GT(bins[0].allocated, 0U);
  EXPECT_EQ(cache::restore_trash(dir.path().string(), dead).error().code, ErrorCode::missing);
  const auto emptied = cache::empty_trash(dir.path().string(), dead);
  ASSERT_TRUE(emptied);
  EXPECT_GE(emptied->files, bins[0].files);
  EXPECT_GE(emptied->freed, bins[0].allocated);
  EXPECT_THAT(bins_of(dir.path()), IsEmpty());
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

TEST(Trash, BinsAreListedOldestFirstWithWhatEmptyingFrees) {
  const TempDir dir;
  add_kernels(dir.path(), 4);
  std::vector<std::string> keys;
  for (const std::string& key : names_in(dir.path())) keys.push_back(key);
  const std::uint64_t bytes = bytes_below(dir / keys[0]);
  fs::create_hard_link(dir / keys[1] / "add_kernel.json", dir / "elsewhere");
  std::uint64_t allocated = cache::inspect(open_root(dir.path()), keys[1]).allocated;
  struct stat linked {};
  ASSERT_EQ(::stat((dir / "elsewhere").c_str(), &linked), 0);
  throw_away(dir / keys[0], "20261123-10");
  throw_away(dir / keys[1], "20261123-9");
  throw_away(dir / keys[2], "20261122-11");
  throw_away(dir / keys[3], "20261123-10");
  const auto bins = bins_of(dir.path());
  ASSERT_EQ(bins.size(), 3U);
  EXPECT_EQ(bins[0].id, "20261122-11");
  EXPECT_EQ(bins[1].id, "20261123-9");
  EXPECT_EQ(bins[2].id, "20261123-10");
  EXPECT_EQ(bins[2].entries, 2);
  EXPECT_GT(bins[2].bytes, bytes);
  EXPECT_GT(bins[2].made_ns, 0);

  ASSERT_EQ(::stat((dir / ".tcm-trash/20261123-9").c_str(), &linked), 0);
  allocated += static_cast<std::uint64_t>(linked.st_blocks) * 512;
  ASSERT_EQ(::stat((dir / "elsewhere").c_str(), &linked), 0);
  allocated -= static_cast<std::uint64_t>(linked.st_blocks) * 512;
  EXPECT_EQ(bins[1].allocated, allocated);
  const auto report = cache::empty_trash(dir.path().string(), "20261123-9");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->freed, allocated);
  EXPECT_EQ(report->entries, 1);
  EXPECT_EQ(report->files, bins[1].files);
  EXPECT_EQ(bins_of(dir.path()).size(), 2U);
}

TEST(Trash, EmptyingTheLastBinRemovesTheArea) {
  const TempDir dir;
  throw_away(add_kernel(dir.path()), "20261123-1");
  EXPECT_EQ(fs::status(dir / ".tcm-trash").permissions(), fs::status(dir.path()).permissions());
  EXPECT_EQ(fs::status(dir / ".tcm-trash/20261123-1").permissions(), fs::perms(0700));
  ASSERT_TRUE(cache::empty_trash(dir.path().string(), "20261123-1"));
  EXPECT_THAT(names_in(dir.path()), IsEmpty());
}

TEST(Trash, AKeyThatIsTakenAgainStaysInTheBin) {
  const TempDir dir;
  KernelSpec spec;
  const fs::path one = add_kernel(dir.path(), spec);
  throw_away(one, "20261123-1");
  spec.seed = 2;
  const fs::path two = add_kernel(dir.path(), spec);
  throw_away(two, "20261123-1");
  write_file(one / "new", "compiled again");
  fs::create_directory(two);  // what a mere look-up leaves
  const auto report = cache::restore_trash(dir.path().string(), "20261123-1");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries, 1);
  EXPECT_THAT(report->failures, ElementsAre(one.string() + ": exists again; it stays in the trash"));
  EXPECT_THAT(names_in(one), ElementsAre("new"));
  EXPECT_TRUE(fs::exists(two / "add_kernel.cubin"));
  EXPECT_EQ(bins_of(dir.path()).at(0).entries, 1);
}

TEST(Trash, TheSameKeyTwiceInABinIsAFailure) {
  const TempDir dir;
  throw_away(add_kernel(dir.path()), "20261123-1");
  cache::EditorOptions options;
  options.trash_id = "20261123-1";
  const fs::path again = add_kernel(dir.path());
  const Outcome outcome = run_one(again, Action::remove, options);
  EXPECT_EQ(outcome.status, Status::failed);
  EXPECT_THAT(outcome.detail, HasSubstr(again.string()));
  EXPECT_TRUE(fs::exists(again / "add_kernel.cubin"));
}

TEST(Trash, IsNoPartOfTheCache) {
  const TempDir dir;
  const fs::path root = dir / "triton/0";
  throw_away(add_kernel(root), "20261123-1");
  const auto scanned = open_root(root).scan(
      [](const cache::RootItem& item) {
        ADD_FAILURE() << item.name;
        return true;
      },
      [](auto, auto) {});
  EXPECT_TRUE(scanned);
  for (const fs::path& path : {root, dir / "triton", dir.path()}) {
    const auto found = cache::find_roots(path.string(), std::nullopt, {});
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->roots.size(), 1U) << path;
    EXPECT_EQ(found->roots[0].path, root.string());
    EXPECT_EQ(found->other_files.files, 0U);
    EXPECT_THAT(found->problems, IsEmpty());
  }
}

TEST(Trash, AHostileBinIsDeletedWithoutFollowingAnything) {
  const TempDir dir;
  const fs::path root = dir / "root";
  throw_away(add_kernel(root), "20261123-1");
  write_file(dir / "outside/precious", "x");
  const fs::path bin = root / ".tcm-trash/20261123-1";
  fs::create_directory_symlink(dir / "outside", bin / "link");
  fs::create_symlink(dir / "outside/precious", bin / "file");
  ASSERT_EQ(::mkfifo((bin / "fifo").c_str(), 0600), 0);
  const auto report = cache::restore_trash(root.string(), "20261123-1");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries, 1);
  EXPECT_EQ(report->failures.size(), 3U) << "only directories are entries";
  const auto emptied = cache::empty_trash(root.string(), "20261123-1");
  ASSERT_TRUE(emptied) << emptied.error().message;
  EXPECT_THAT(emptied->failures, IsEmpty());
  EXPECT_TRUE(fs::exists(dir / "outside/precious"));
  EXPECT_FALSE(fs::exists(root / ".tcm-trash"));
}

TEST(Trash, ABottomlessBinIsAFailureAndNoCrash) {
  const TempDir dir;
  throw_away(add_kernel(dir.path()), "20261123-1");
  fs::path deep = dir / ".tcm-trash/20261123-1";
  for (int i = 0; i < 100; ++i) deep /= "d";
  fs::create_directories(deep);
  const auto report = cache::empty_trash(dir.path().string(), "20261123-1");
  ASSERT_TRUE(report);
  ASSERT_EQ(report->failures.size(), 1U);
  EXPECT_THAT(report->failures[0], HasSubstr("more than 64 directories deep"));
  EXPECT_THAT(bins_of(dir.path()), IsEmpty()) << "half of a bin is not restored";
}

TEST(Trash, WhatIsNotOursIsRefused) {
  const TempDir dir;
  add_kernel(dir / "root");
  fs::create_directory(dir / "outside");
  fs::create_directory_symlink(dir / "outside", dir / "root/.tcm-trash");
  const auto editor = cache::Editor::open((dir / "root").string(), {});
  ASSERT_FALSE(editor);
  EXPECT_THAT(editor.error().message, HasSubstr(".tcm-trash: not a directory of tcm"));
  EXPECT_FALSE(cache::list_trash(open_root(dir / "root")));
  fs::remove(dir / "root/.tcm-trash");
  write_file(dir / "root/.tcm-trash", "a file");
  EXPECT_FALSE(cache::Editor::open((dir / "root").string(), {}));
}

TEST(Trash, WhatAKilledEditorLeftGoesWithTheNext) {
  const TempDir dir;
  write_file(dir / ".tcm-trash/tmp.4711.0/KEY/k.ttir", "half deleted");
  write_file(dir / ".tcm-trash/tmp.4711.0/group.3", "never put in place");
  open_editor(dir.path());
  EXPECT_THAT(names_in(dir.path()), IsEmpty());
}

TEST(Trash, WhatTheAdministratorThrewAwayTheUserCanRestore) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to make another user's cache";
  constexpr ::uid_t kNobody = 65534;
  const TempDir dir;
  const fs::path root = dir / "root";
  const fs::path entry = add_kernel(root);
  ASSERT_EQ(::chown(root.c_str(), kNobody, kNobody), 0);
  ASSERT_EQ(::chown(entry.c_str(), kNobody, kNobody), 0);
  throw_away(entry, "20261123-1");
  EXPECT_EQ(as_ordinary_user([&]() -> std::string {
              const auto report = cache::restore_trash(root.string(), "20261123-1");
              if (!report) return report.error().message;
              return report->failures.empty() ? "restored" : report->failures.front();
            }),
            "restored");
  EXPECT_TRUE(fs::exists(entry / "add_kernel.cubin"));
}

// A cache that everybody may write: each user prunes it, and nobody's bins are another's.
TEST(Trash, OfASharedCacheEveryUserHasHisOwnBins) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to act as two users";
  const TempDir dir;
  const fs::path root = dir / "root";
  KernelSpec spec;
  const fs::path mine = add_kernel(root, spec);
  spec.seed = 2;
  const fs::path theirs = add_kernel(root, spec);
  fs::permissions(root, fs::perms::all | fs::perms::sticky_bit);
  fs::permissions(theirs, fs::perms::all);
  ASSERT_EQ(::chown(theirs.c_str(), 65534, 65534), 0);
  throw_away(mine, "20261123-1");
  EXPECT_EQ(fs::status(root / ".tcm-trash").permissions(), fs::perms::all | fs::perms::sticky_bit);

  EXPECT_EQ(as_ordinary_user([&]() -> std::string {
              throw_away(theirs, "20261123-2");
              std::string said;
              for (const cache::TrashBin& bin : bins_of(root))
                said += fmt::format("{} {} {} {}, ", bin.id, bin.user, bin.ours, bin.entries);
              for (const char* id : {"20261123-1", "20261123-2"}) {
                const auto report = cache::restore_trash(root.string(), id);
                said += report ? "restored" : report.error().message + ", ";
              }
              return said;
            }),
            "20261123-1 0 false 0, 20261123-2 65534 true 1, " + (root / ".tcm-trash/20261123-1").string() +
                ": belongs to user root, who has to change or remove it, restored");
  EXPECT_TRUE(fs::exists(theirs / "add_kernel.cubin"));
  EXPECT_EQ(bins_of(root).size(), 1U);
}

TEST(Trash, AnotherUsersBinTakesNothingIn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to act as two users";
  const TempDir dir;
  const fs::path root = dir / "root";
  const fs::path entry = add_kernel(root);
  fs::create_directories(root / ".tcm-trash/20261123-1");
  for (const fs::path& path : {root, entry, root / ".tcm-trash", root / ".tcm-trash/20261123-1"})
    fs::permissions(path, fs::perms::all);
  EXPECT_THAT(as_ordinary_user([&]() -> std::string {
                cache::EditorOptions options;
                options.trash_id = "20261123-1";
                return run_one(entry, Action::remove, options).detail;
              }),
              HasSubstr("20261123-1: belongs to user root"));
  EXPECT_TRUE(fs::exists(entry / "add_kernel.cubin"));
}

TEST(Trash, AnAreaThatShutsOthersOutIsSaidOnce) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to make another user's trash";
  const TempDir dir;
  for (const fs::perms closed : {fs::perms(0700), fs::perms(0755)}) {
    fs::permissions(dir.path(), fs::perms::all);
    fs::create_directory(dir / ".tcm-trash");
    fs::permissions(dir / ".tcm-trash", closed);
    EXPECT_EQ(as_ordinary_user([&]() -> std::string {
                const auto editor = cache::Editor::open(dir.path().string(), {});
                return editor ? "opened" : editor.error().message;
              }),
              (dir / ".tcm-trash").string() + ": belongs to user root, who has to change or remove it");
  }
}

TEST(Trash, TheFileSystemTellsWhatIsFree) {
  const TempDir dir;
  const auto found = cache::file_system_of(open_root(dir.path()));
  ASSERT_TRUE(found);
  EXPECT_GT(found->free_bytes, 0U);
  struct stat here {};
  ASSERT_EQ(::stat(dir.path().c_str(), &here), 0);
  EXPECT_EQ(found->device, here.st_dev);
}

}  // namespace
}  // namespace tcm::test
