// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/processors.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::util {
namespace {

using test::TempDir;
using test::write_file;

class Processors : public testing::Test {
 protected:
  unsigned usable() const { return usable_processors((dir_ / "groups").string(), (dir_ / "mount").string()); }

  TempDir dir_;
  unsigned all_ = std::max(1U, std::thread::hardware_concurrency());
};

TEST_F(Processors, WithoutQuotasAllOfThemCount) {
  EXPECT_EQ(usable(), all_);
  write_file(dir_ / "groups", "12:cpu:/pod\n0::/pod/one\n");
  EXPECT_EQ(usable(), all_);
  write_file(dir_ / "mount/pod/one/cpu.max", "max 100000\n");
  EXPECT_EQ(usable(), all_);
  write_file(dir_ / "mount/pod/one/cpu.max", "nonsense\n");
  EXPECT_EQ(usable(), all_);
}

// A pod of one processor on a machine of 128 must not get 128 threads.
TEST_F(Processors, TheLeastQuotaOfAGroupAndThoseAboveCounts) {
  write_file(dir_ / "groups", "0::/pod/one\n");
  write_file(dir_ / "mount/pod/one/cpu.max", "1000000000 100000\n");
  EXPECT_EQ(usable(), all_);
  write_file(dir_ / "mount/pod/cpu.max", "50000 100000\n");
  EXPECT_EQ(usable(), 1U);
}

TEST_F(Processors, AContainerSeesItsOwnGroupAtTheTop) {
  write_file(dir_ / "groups", "0::/\n");
  write_file(dir_ / "mount/cpu.max", "100000 100000\n");
  EXPECT_EQ(usable(), 1U);
}

}  // namespace
}  // namespace tcm::util
