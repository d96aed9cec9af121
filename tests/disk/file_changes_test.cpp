// SPDX-License-Identifier: Apache-2.0
#include "core/disk/file_changes.hpp"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

constexpr const char* kAccessList = "system.posix_acl_access";

/// acl(5) as the kernel stores it: user 12345 may read what its group and others may not.
std::string access_list() {
  struct Entry {
    std::uint16_t tag, rights;
    std::uint32_t id;
  };
  constexpr std::uint32_t kNone = 0xffffffff;
  const std::array<Entry, 5> entries{{{1, 6, kNone}, {2, 4, 12345}, {4, 0, kNone}, {0x10, 4, kNone}, {0x20, 0, kNone}}};
  const std::uint32_t version = 2;
  std::string bytes(sizeof version + sizeof entries, '\0');
  std::memcpy(bytes.data(), &version, sizeof version);
  std::memcpy(bytes.data() + sizeof version, entries.data(), sizeof entries);
  return bytes;
}

std::string attribute(const std::filesystem::path& file, const char* name) {
  std::string value(4096, '\0');
  const ssize_t size = ::getxattr(file.c_str(), name, value.data(), value.size());
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return value;
}

bool set(const std::filesystem::path& file, const char* name, const std::string& value) {
  return ::setxattr(file.c_str(), name, value.data(), value.size(), 0) == 0;
}

class WriteFileLike : public testing::Test {
 protected:
  WriteFileLike() {
    write_file(old_, "old");
    ::chmod(old_.c_str(), 0600);
    EXPECT_EQ(disk::open_directory_at(AT_FDCWD, dir_.path().c_str(), directory_), 0);
  }

  int write() {
    disk::Node node;
    EXPECT_EQ(disk::stat_at(directory_.get(), "old", node), 0);
    return disk::write_file_like(directory_.get(), "new", "text", {directory_.get(), "old", node});
  }

  const TempDir dir_;
  const std::filesystem::path old_ = dir_ / "old";
  const std::filesystem::path new_ = dir_ / "new";
  util::Fd directory_;
};

TEST_F(WriteFileLike, KeepsWhoMayReadItByItsAccessList) {
  if (!set(old_, kAccessList, access_list())) GTEST_SKIP() << "a file system without access control lists";
  ASSERT_EQ(write(), 0);
  EXPECT_EQ(attribute(new_, kAccessList), access_list());
  EXPECT_EQ(read_file(new_), "text");
  struct stat made {};
  ASSERT_EQ(::stat(new_.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777U, 0640U) << "the group's part is the mask of the list";
}

TEST_F(WriteFileLike, KeepsAttributesOfUsers) {
  if (!set(old_, "user.origin", "image 7")) GTEST_SKIP() << "a file system without extended attributes";
  ASSERT_EQ(write(), 0);
  EXPECT_EQ(attribute(new_, "user.origin"), "image 7");
}

TEST_F(WriteFileLike, TakesNoAccessListFromTheDirectoryThatItIsMadeIn) {
  if (!set(dir_.path(), "system.posix_acl_default", access_list()))
    GTEST_SKIP() << "a file system without access control lists";
  ASSERT_EQ(write(), 0);
  EXPECT_EQ(attribute(new_, kAccessList), "");
  struct stat made {};
  ASSERT_EQ(::stat(new_.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777U, 0600U);
}

}  // namespace
}  // namespace tcm::test
