// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/root.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Root;
using cache::RootItem;
using testing::HasSubstr;

std::map<std::string, RootItem> scan(const Root& root) {
  std::map<std::string, RootItem> items;
  const auto scanned = root.scan(
      [&](const RootItem& item) {
        items[std::string(item.name)] = item;
        return true;
      },
      [](std::string_view name, const std::string& reason) { ADD_FAILURE() << name << ": " << reason; });
  EXPECT_TRUE(scanned);
  return items;
}

TEST(RootOpen, SaysWhatIsWrong) {
  const TempDir dir;
  write_file(dir / "file", "x");
  fs::create_directory_symlink(dir.path(), dir / "link");
  EXPECT_EQ(Root::open((dir / "none").string()).error().code, ErrorCode::missing);
  EXPECT_THAT(Root::open((dir / "none").string()).error().message, HasSubstr((dir / "none").string()));
  EXPECT_EQ(Root::open((dir / "file").string()).error().code, ErrorCode::failed);
  EXPECT_EQ(Root::open((dir / "link").string()).error().code, ErrorCode::failed);
  EXPECT_TRUE(Root::open(dir.path().string()));
}

TEST(RootOpen, Denied) {
  const TempDir dir;
  fs::create_directory(dir / "closed");
  fs::permissions(dir / "closed", fs::perms::none);
  EXPECT_THAT(as_ordinary_user([&]() -> std::string {
                const auto root = Root::open((dir / "closed").string());
                return root ? "opened" : root.error().code == ErrorCode::denied ? "denied" : root.error().message;
              }),
              "denied");
}

TEST(RootScan, EverythingWithItsStamp) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(dir / "loose.lock", "12345");
  fs::create_directory_symlink(entry, dir / "link");
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  set_time(entry, 1'700'000'000'123'456'789);

  const auto items = scan(open_root(dir.path()));
  ASSERT_EQ(items.size(), 4U);
  const RootItem& item = items.at(entry.filename().string());
  struct stat found {};
  ASSERT_EQ(::stat(entry.c_str(), &found), 0);
  EXPECT_EQ(item.type, RootItem::Type::directory);
  EXPECT_EQ(item.inode, found.st_ino);
  EXPECT_EQ(item.mtime_ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(items.at("loose.lock").type, RootItem::Type::file);
  EXPECT_EQ(items.at("loose.lock").bytes, 5U);
  EXPECT_EQ(items.at("link").type, RootItem::Type::link);
  EXPECT_EQ(items.at("fifo").type, RootItem::Type::other);
}

TEST(RootScan, StopsWhenAsked) {
  const TempDir dir;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) add_empty(dir.path(), seed);
  int calls = 0;
  ASSERT_TRUE(open_root(dir.path()).scan([&](const RootItem&) { return ++calls < 3; }, [](auto, auto) {}));
  EXPECT_EQ(calls, 3);
}

TEST(RootScan, AgainAndWhileReading) {
  const TempDir dir;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) add_empty(dir.path(), seed);
  add_kernels(dir.path(), 4, 1000);
  const Root root = open_root(dir.path());
  const cache::Naming naming = plugin_naming();
  for (int round = 0; round < 2; ++round) {
    int entries = 0;
    ASSERT_TRUE(root.scan(
        [&](const RootItem& item) {
          entries += root.read_entry(std::string(item.name), naming).records.size() == 1;
          return true;
        },
        [](auto, auto) {}));
    EXPECT_EQ(entries, 604);
  }
}

TEST(RootScan, NamesOfAnyBytes) {
  const TempDir dir;
  const std::string name = "a\xff\n\x1b[31m";
  fs::create_directory(dir / name);
  EXPECT_TRUE(scan(open_root(dir.path())).contains(name));
}

// A root whose listing may be read but whose items may not be looked at.
TEST(RootScan, WhatCannotBeLookedAtIsReported) {
  const TempDir dir;
  add_empty(dir / "root", 1);
  fs::permissions(dir / "root", fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  EXPECT_THAT(as_ordinary_user([&]() -> std::string {
                const Root root = open_root(dir / "root");
                std::string told;
                const auto scanned = root.scan(
                    [](const RootItem&) { return true; },
                    [&](std::string_view name, std::string reason) { told += std::string(name) + ": " + reason; });
                return scanned ? told : "failed: " + scanned.error().message;
              }),
              testing::AnyOf(make_key(1) + ": Permission denied", HasSubstr("failed: ")));
}

}  // namespace
}  // namespace tcm::test
