// SPDX-License-Identifier: Apache-2.0
// Entries that come, go and change while they are read; and when a stamp may be trusted. The callback for architectures
// is called in the middle of reading an entry, so a test can change the entry there.
#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;
using model::SkipReason;
using namespace std::chrono_literals;

cache::Naming meanwhile(std::function<void()> work) {
  return {&plugin_file_types(), [work = std::move(work)](std::string_view, std::string_view arch) {
            work();
            return std::string(arch);
          }};
}

TEST(LiveEntry, GoneBeforeItIsRead) {
  const TempDir dir;
  const model::Record record = read_one(dir / make_key(1));
  EXPECT_EQ(record.kind, EntryKind::empty);
  EXPECT_EQ(record.problem, SkipReason::vanished);
}

TEST(LiveEntry, GoneWhileItIsRead) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const model::Record record = read_one(entry, meanwhile([&] { fs::remove_all(entry); }));
  EXPECT_EQ(record.kind, EntryKind::empty);
  EXPECT_EQ(record.problem, SkipReason::vanished);
}

TEST(LiveEntry, AChangeIsReadAgain) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  int readings = 0;
  const model::Entry found = read(entry, meanwhile([&] {
                                    if (++readings > 2) return;
                                    write_file(entry / ("new" + std::to_string(readings)), "12345");
                                    set_age(entry, std::chrono::minutes(readings));
                                    let_settle();
                                  }));
  EXPECT_EQ(readings, 3);
  EXPECT_TRUE(found.stamp.settled);
  EXPECT_EQ(found.records[0].problem, SkipReason::none);
  EXPECT_EQ(found.records[0].artifacts.size(), 10U);
  EXPECT_EQ(total_bytes(found), bytes_below(entry));
}

TEST(LiveEntry, ConstantChangeIsAcceptedButNotTrusted) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  int readings = 0;
  const model::Entry found = read(entry, meanwhile([&] { set_age(entry, std::chrono::minutes(++readings)); }));
  EXPECT_EQ(readings, 4);
  EXPECT_FALSE(found.stamp.settled);
  EXPECT_EQ(found.records[0].kind, EntryKind::kernel);
}

TEST(LiveEntry, ReplacedByAnother) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  KernelSpec spec;
  spec.source = kHip942;
  const fs::path other = add_kernel(dir / "other", spec);
  int readings = 0;
  const model::Entry found = read(entry, meanwhile([&] {
                                    if (++readings > 1) return;
                                    fs::rename(entry, dir / "old");
                                    fs::rename(other, entry);
                                  }));
  EXPECT_EQ(found.records[0].facts.backend, "hip");
  EXPECT_EQ(readings, 2);
}

TEST(LiveEntry, StampIsTheDirectorys) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_time(entry, 1'700'000'000'123'456'789);
  let_settle();
  const model::Entry found = read(entry);
  EXPECT_EQ(found.stamp.mtime_ns, 1'700'000'000'123'456'789);
  EXPECT_NE(found.stamp.inode, 0U);
  EXPECT_TRUE(found.stamp.settled);
}

bool is_settled_at(const fs::path& entry, std::chrono::nanoseconds age) {
  set_age(entry, age);
  let_settle();
  return read(entry).stamp.settled;
}

TEST(LiveEntry, YoungEntriesAreNotTrusted) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  EXPECT_TRUE(is_settled_at(entry, 1h));
  EXPECT_TRUE(is_settled_at(entry, 60s + 1ns));
  // In the future, so that a slow machine cannot make it old before it is read.
  EXPECT_FALSE(is_settled_at(entry, -1h));
}

TEST(LiveEntry, WholeSecondsMayBeCoarseTimes) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t now = std::chrono::system_clock::now().time_since_epoch().count() / kSecond * kSecond;
  set_time(entry, now - 10 * kSecond);
  let_settle();
  EXPECT_TRUE(read(entry).stamp.settled);
  set_time(entry, now + 10 * kSecond);
  EXPECT_FALSE(read(entry).stamp.settled);
  set_time(entry, now - 10 * kSecond + 1);
  let_settle();
  EXPECT_TRUE(read(entry).stamp.settled);

  // Within the last second and a half; on a machine that takes longer than that to read an entry, try again.
  for (int tries = 0; tries < 10; ++tries) {
    const std::int64_t second = std::chrono::system_clock::now().time_since_epoch().count() / kSecond * kSecond;
    set_time(entry, second);
    const bool settled = read(entry).stamp.settled;
    if (std::chrono::system_clock::now().time_since_epoch().count() - second > 3 * kSecond / 2) continue;
    EXPECT_FALSE(settled);
    break;
  }
}

// The directory's time does not tell of what a writer does in its temporary directory.
TEST(LiveEntry, YoungTemporariesAreNotTrusted) {
  const TempDir dir;
  const fs::path entry = add_leftover(dir.path(), 1);
  let_settle();
  EXPECT_TRUE(read(entry).stamp.settled);
  write_file(entry / "tmp.pid_4711_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a15/add_kernel.ttir", "half of it");
  set_age(entry, 1h);
  EXPECT_FALSE(read(entry).stamp.settled);
}

TEST(LiveEntry, ForeignTreesAreReadAgain) {
  const TempDir dir;
  EXPECT_FALSE(read(add_entry(dir.path(), "fxgraph", {{"a/b", "x"}})).stamp.settled);
  const fs::path flat = add_entry(dir.path(), "flat", {{"b", "x"}});
  let_settle();
  EXPECT_TRUE(read(flat).stamp.settled);
}

// What is removed between two scans is not in the second.
TEST(LiveEntry, ScansSeeTheDiskAsItIs) {
  const TempDir dir;
  add_kernels(dir.path(), 5);
  const auto keys = [&] {
    std::set<std::string> found;
    EXPECT_TRUE(
        open_root(dir.path())
            .scan([&](const cache::RootItem& item) { return found.emplace(item.name).second; }, [](auto, auto) {}));
    return found;
  };
  ASSERT_EQ(keys().size(), 5U);
  fs::remove_all(dir / make_key(2));
  fs::remove_all(dir / make_key(4));
  EXPECT_EQ(keys(), (std::set<std::string>{make_key(1), make_key(3), make_key(5)}));
}

TEST(LiveEntry, ManyReadersAndAWriter) {
  const TempDir dir;
  constexpr int kEntries = 8;
  add_kernels(dir.path(), kEntries);
  const cache::Root root = open_root(dir.path());
  const cache::Naming naming = plugin_naming();
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader)
    readers.emplace_back([&] {
      while (!stop)
        for (std::uint64_t seed = 1; seed <= kEntries; ++seed)
          wrong += root.read_entry(make_key(seed), naming).records.empty();
    });
  for (std::uint64_t round = 0; round < 60; ++round) {
    const std::uint64_t seed = 1 + round % kEntries;
    fs::remove_all(dir / make_key(seed));
    KernelSpec spec;
    spec.seed = seed;
    add_kernel(dir.path(), spec);
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  for (std::uint64_t seed = 1; seed <= kEntries; ++seed)
    EXPECT_EQ(read_one(dir / make_key(seed)).kind, EntryKind::kernel);
}

}  // namespace
}  // namespace tcm::test
