// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/inspect/foreign_files.hpp"
#include "core/cache/inspect/writer.hpp"
#include "core/util/text/time.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Inspection;
using model::KeptReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Inspection look(const fs::path& entry) { return cache::inspect(open_root(entry.parent_path()), entry.filename()); }

std::vector<std::string> file_names(const Inspection& seen) {
  std::vector<std::string> names;
  for (const auto& file : seen.files) names.push_back(file.name);
  return names;
}

TEST(Inspection, AnOrdinaryKernel) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_tree_age(entry, std::chrono::hours(3));
  const Inspection seen = look(entry);
  EXPECT_FALSE(seen.untouchable);
  EXPECT_TRUE(seen.stamp.same_state(read(entry).stamp));
  const auto names = names_in(entry);
  EXPECT_EQ(file_names(seen), std::vector<std::string>(names.begin(), names.end()));
  EXPECT_EQ(seen.newest_ns, seen.stamp.mtime_ns);
  EXPECT_EQ(seen.writer, "");
  std::uint64_t allocated = 0;
  struct stat found {};
  for (const std::string& name : names) {
    ASSERT_EQ(::stat((entry / name).c_str(), &found), 0);
    allocated += static_cast<std::uint64_t>(found.st_blocks) * 512;
  }
  ASSERT_EQ(::stat(entry.c_str(), &found), 0);
  EXPECT_EQ(seen.allocated, allocated + static_cast<std::uint64_t>(found.st_blocks) * 512);
}

TEST(Inspection, TheLastUseIsTheNewestAccessOrModificationOfAFile) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_tree_age(entry, std::chrono::hours(3));
  const timespec times[2] = {{1'900'000'000, 5}, {1'500'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (entry / "add_kernel.cubin").c_str(), times, 0), 0);
  EXPECT_EQ(look(entry).last_use_ns, 1'900'000'000'000'000'005);
  const fs::path empty = add_empty(dir.path(), 2);
  set_time(empty, 1'600'000'000'000'000'000);
  EXPECT_EQ(look(empty).last_use_ns, 1'600'000'000'000'000'000);
}

TEST(Inspection, LookingIsNoUse) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_time(entry / "add_kernel.json", 1'600'000'000'000'000'000);
  set_time(entry / "__grp__add_kernel.json", 1'600'000'000'000'000'000);
  static_cast<void>(read(entry));
  for (const auto& file : look(entry).files)
    if (file.name.ends_with(".json")) {
      EXPECT_EQ(file.node.atime_ns, 1'600'000'000'000'000'000) << file.name;
    }
}

TEST(Inspection, WhatLiesInIt) {
  const TempDir dir;
  const fs::path entry = add_entry(dir.path(), make_key(1),
                                   {{"tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/deep/k.ttir", "1"},
                                    {"k.ttir.tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a18", "2"},
                                    {"mine/notes", "3"}});
  fs::create_symlink("k.ttir", entry / "link");
  ASSERT_EQ(::mkfifo((entry / "mine/fifo").c_str(), 0600), 0);
  set_time(entry, 1'600'000'000'000'000'000);
  set_time(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/deep/k.ttir", 1'700'000'000'000'000'000);
  set_time(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/deep", 1'600'000'000'000'000'000);
  set_time(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12", 1'600'000'000'000'000'000);
  set_time(entry / "k.ttir.tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a18", 1'600'000'000'000'000'000);
  set_tree_age(entry / "mine", std::chrono::hours(24 * 365 * 20));
  const Inspection seen = look(entry);
  EXPECT_THAT(seen.temporaries, ElementsAre("k.ttir.tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a18",
                                            "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12"));
  EXPECT_THAT(seen.nested, ElementsAre("mine", "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/deep"));
  EXPECT_THAT(seen.links, testing::ElementsAre("link"));
  EXPECT_THAT(seen.devices, testing::ElementsAre("mine/fifo"));
  EXPECT_THAT(file_names(seen),
              ElementsAre("k.ttir.tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a18", "mine/notes",
                          "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/deep/k.ttir"));
  EXPECT_EQ(seen.newest_ns, 1'700'000'000'000'000'000);
}

TEST(Inspection, ALiveWriterIsNamed) {
  const TempDir dir;
  const std::string own = std::to_string(::getpid());
  const fs::path one =
      add_entry(dir.path(), make_key(1), {{"tmp.pid_" + own + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir", "1"}});
  write_file(one / ("tmp.pid_" + own + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir"), "now");
  EXPECT_EQ(look(one).writer, "pid " + own);
  const fs::path two = add_entry(dir.path(), make_key(2), {{"k.ttir.tmp.pid_" + own + "_5", "1"}});
  set_age(two / ("k.ttir.tmp.pid_" + own + "_5"), std::chrono::seconds(0));
  EXPECT_EQ(look(two).writer, "pid " + own);
}

TEST(Inspection, AProcessThatBeganLaterIsNotTheWriter) {
  const TempDir dir;
  const std::string own = std::to_string(::getpid());
  const fs::path entry =
      add_entry(dir.path(), make_key(1), {{"tmp.pid_" + own + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir", "1"}});
  set_tree_age(entry, std::chrono::hours(24 * 365));
  EXPECT_EQ(look(entry).writer, "");
}

TEST(Inspection, ADeadProcessIsNotTheWriterNorIsAZombie) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(cache::is_live_writer(child, util::now_ns()));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(cache::is_live_writer(child, util::now_ns()));
  EXPECT_TRUE(cache::is_live_writer(::getpid(), util::now_ns()));
}

TEST(Inspection, WhoWritesIsToldByTheName) {
  EXPECT_EQ(cache::writer_of("tmp.pid_12_aa-bb"), 12);
  EXPECT_EQ(cache::writer_of("k.ttir.tmp.pid_34_567"), 34);
  for (const char* name :
       {"tmp.pid_12", "tmp.pid__x", "tmp.pid_-5_x", "tmp.pid_99999999999999_x", "tmp.1a2b", "k.tmp", "pid_3_"})
    EXPECT_EQ(cache::writer_of(name), std::nullopt) << name;
}

TEST(Inspection, WhatCannotBeDealtWith) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::create_directory_symlink(entry, dir / "link");
  write_file(dir / "file", "x");
  fs::create_directories(entry / "a/b/c/d/e/f/g/h/i/j");
  EXPECT_EQ(look(dir / "link").untouchable, KeptReason::symlink);
  EXPECT_EQ(look(dir / "file").untouchable, KeptReason::foreign_file);
  EXPECT_EQ(look(dir / "none").untouchable, KeptReason::gone);
  EXPECT_EQ(look(entry).untouchable, KeptReason::unreadable);
  EXPECT_THAT(look(entry).detail, HasSubstr("8 directories deep"));
  EXPECT_EQ(cache::inspect(open_root(dir.path()), "a/b").untouchable, KeptReason::foreign_file);
  EXPECT_EQ(cache::inspect(open_root(dir.path()), "..").untouchable, KeptReason::foreign_file);
}

TEST(Inspection, AnUnreadableEntryIsSaidToBe) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::permissions(entry, fs::perms::none);
  EXPECT_EQ(as_ordinary_user([&] {
              const Inspection seen = look(entry);
              return seen.untouchable == KeptReason::unreadable ? seen.detail : "looked into";
            }),
            "Permission denied");
}

TEST(Inspection, WhatIsTritons) {
  const TempDir dir;
  KernelSpec spec;
  spec.files = {{"add_kernel.npubin", "binary of nobody's backend"}};
  const fs::path entry = add_kernel(dir.path(), spec);
  for (const char* name : {"notes.txt", "mine.json", "mine/x.ttir", "lock",
                           "tmp.pid_5_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir", "m.so", "h.h", "h.h.gch"})
    write_file(entry / name, "x");
  const model::Entry entry_read = read(entry);
  std::vector<std::string> foreign;
  for (const auto& file : look(entry).files)
    if (!cache::is_tritons(file, entry_read)) foreign.push_back(file.name);
  EXPECT_THAT(foreign, ElementsAre("mine.json", "mine/x.ttir", "notes.txt"));
}

}  // namespace
}  // namespace tcm::test
