// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/file.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/other_user.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::util {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TempDir;
using test::write_file;
using testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(ReadSmallFile, ReadsWhatFitsAndRefusesTheRest) {
  const TempDir dir;
  const std::string path = (dir / "f").string();
  write_file(path, std::string(100, 'x'));
  const auto file = read_small_file(path, 100);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->text, std::string(100, 'x'));
  EXPECT_EQ(file->owner, ::geteuid());
  EXPECT_TRUE(S_ISREG(file->mode));
  const auto too_large = read_small_file(path, 99);
  ASSERT_FALSE(too_large);
  EXPECT_THAT(too_large.error().message, HasSubstr(path + ": is larger than 99 bytes"));
}

TEST(ReadSmallFile, WaitsForNothingAndNamesWhatLiesThere) {
  const TempDir dir;
  const std::string pipe = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(read_small_file(pipe, 100).error().message, HasSubstr(pipe + ": is a pipe or a device, not a file"));
  EXPECT_THAT(read_small_file("/dev/zero", 100).error().message, HasSubstr("is a pipe or a device"));
  EXPECT_THAT(read_small_file(dir.path().string(), 100).error().message, HasSubstr("is a directory, not a file"));
  EXPECT_EQ(read_small_file((dir / "none").string(), 100).error().code, ErrorCode::missing);
  EXPECT_EQ(read_small_file(pipe + "/below", 100).error().code, ErrorCode::missing);
}

TEST(ReplaceFile, MakesAFileForThisUserAlone) {
  const TempDir dir;
  const fs::path path = dir / "a" / "b" / "f";
  ASSERT_TRUE(replace_file(path.string(), "text\n"));
  EXPECT_EQ(read_file(path), "text\n");
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(dir / "a"), 0700U);
}

TEST(ReplaceFile, KeepsModeAndLinkAndLeavesNothingBeside) {
  const TempDir dir;
  write_file(dir / "real", "old");
  fs::permissions(dir / "real", fs::perms(0640));
  fs::create_symlink("real", dir / "link");
  const ino_t before = [&] {
    struct stat status {};
    ::stat((dir / "real").c_str(), &status);
    return status.st_ino;
  }();
  ASSERT_TRUE(replace_file((dir / "link").string(), "new"));
  EXPECT_TRUE(fs::is_symlink(dir / "link"));
  EXPECT_EQ(read_file(dir / "real"), "new");
  EXPECT_EQ(mode_of(dir / "real"), 0640U);
  struct stat after {};
  ::stat((dir / "real").c_str(), &after);
  EXPECT_NE(after.st_ino, before) << "a reader of the old file must not see half of the new one";
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 2);
}

// `sudo tcm config set` edits the file of the user who called sudo.
TEST(ReplaceFile, RootLeavesAUsersFileTheUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const TempDir dir;
  write_file(dir / "f", "old");
  ASSERT_EQ(::chown((dir / "f").c_str(), 65534, 65533), 0);
  ASSERT_TRUE(replace_file((dir / "f").string(), "new"));
  struct stat status {};
  ASSERT_EQ(::stat((dir / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534U);
  EXPECT_EQ(status.st_gid, 65533U);
}

TEST(ReplaceFile, SaysWhereItCannotWrite) {
  const TempDir dir;
  fs::create_directory(dir / "closed");
  fs::permissions(dir.path(), fs::perms(0755));
  fs::permissions(dir / "closed", fs::perms(0555));
  const std::string path = (dir / "closed" / "f").string();
  const std::string message = test::as_ordinary_user([&] { return replace_file(path, "x").error().message; });
  EXPECT_THAT(message, testing::AllOf(HasSubstr(path), HasSubstr("Permission denied")));
  EXPECT_THAT(replace_file(dir.path().string(), "x").error().message, HasSubstr("is not a regular file"));
}

TEST(OpenToAppend, AddsToTheEndOfAPrivateFile) {
  const TempDir dir;
  const fs::path path = dir / "log";
  for (const std::string_view line : {"one\n", "two\n"}) {
    const auto fd = open_to_append(path.string());
    ASSERT_TRUE(fd) << fd.error().message;
    ASSERT_EQ(::write(fd->get(), line.data(), line.size()), 4);
  }
  EXPECT_EQ(read_file(path), "one\ntwo\n");
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST(OpenToAppend, RefusesWhatCouldBlock) {
  const TempDir dir;
  const std::string pipe = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(open_to_append(pipe));  // nobody reads it
  EXPECT_THAT(open_to_append(dir.path().string()).error().message, HasSubstr(dir.path().string()));
  EXPECT_EQ(open_to_append((dir / "no" / "log").string()).error().code, ErrorCode::missing);
}

}  // namespace
}  // namespace tcm::util
