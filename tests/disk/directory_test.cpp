// SPDX-License-Identifier: Apache-2.0
#include "core/disk/directory.hpp"

#include <fstream>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

// A listing reads the kernel's records where they lie in the buffer, wherever that itself lies.
static_assert(alignof(disk::ListBuffer) % alignof(dirent64) == 0);

TEST(ListDirectory, TellsAllNamesOfADirectoryThatNeedsSeveralBuffers) {
  const TempDir dir;
  std::set<std::string> made;
  for (int i = 0; i < 400; ++i) {
    const std::string name = fmt::format("{:0>200}", i);  // 400 records of more than 200 bytes are over 64 KiB
    std::ofstream(dir / name) << i;
    made.insert(name);
  }
  util::Fd directory;
  ASSERT_EQ(disk::open_directory_at(AT_FDCWD, dir.path().c_str(), directory), 0);
  std::set<std::string> listed;
  const int error = disk::list_directory(directory.get(), disk::list_buffer(),
                                         [&](const char* name, disk::NodeType) { return listed.insert(name).second; });
  EXPECT_EQ(error, 0);
  EXPECT_EQ(listed, made);
}

}  // namespace
}  // namespace tcm::test
