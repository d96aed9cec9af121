// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine/mounts.hpp"

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

constexpr const char* kText =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "30 22 0:25 / /scratch rw,noatime,noexec shared:2 master:1 - tmpfs tmpfs rw,size=1024k\n"
    "31 22 0:26 / /mnt/with\\040blank\\134 ro - nfs4 server:/export rw,vers=4.2\n"
    "32 22 0:27 / /ro rw - squashfs /dev/loop0 ro\n"
    "33 30 0:28 / /scratch rw,relatime - ext4 /dev/sdb1 rw\n"
    "damaged line\n"
    "34 22 0:29 / relative rw - ext4 /dev/sdc rw\n";

TEST(Mounts, AreReadWithTheirOptions) {
  const auto mounts = parse_mounts(kText);
  ASSERT_EQ(mounts.size(), 5U);
  EXPECT_EQ(mounts[0].access_times, AccessTimes::relatime);
  EXPECT_FALSE(mounts[0].read_only);
  EXPECT_EQ(mounts[1].access_times, AccessTimes::noatime);
  EXPECT_TRUE(mounts[1].no_exec);
  EXPECT_TRUE(is_in_memory(mounts[1]));
  EXPECT_EQ(mounts[2].point, "/mnt/with blank\\");
  EXPECT_EQ(mounts[2].source, "server:/export");
  EXPECT_EQ(mounts[2].access_times, AccessTimes::strictatime);
  EXPECT_TRUE(mounts[2].read_only);
  EXPECT_TRUE(is_on_network(mounts[2]));
  EXPECT_TRUE(mounts[3].read_only) << "the file system is, whatever the mount says";
}

TEST(Mounts, APathLiesInTheLastOneOverIt) {
  const auto mounts = parse_mounts(kText);
  EXPECT_EQ(mount_of(mounts, "/home/you")->point, "/");
  EXPECT_EQ(mount_of(mounts, "/scratch/cache")->source, "/dev/sdb1");
  EXPECT_EQ(mount_of(mounts, "/scratchpad")->point, "/");
  EXPECT_EQ(mount_of({}, "/"), nullptr);
}

TEST(Mounts, OfThisMachineAreThere) {
  const auto mounts = read_mounts("/proc");
  ASSERT_NE(mount_of(mounts, "/"), nullptr);
  const auto room = room_at("/");
  ASSERT_TRUE(room);
  EXPECT_GE(room->total_bytes, room->free_bytes);
  EXPECT_FALSE(room_at("/no/such/place"));
  EXPECT_TRUE(read_mounts("/no/such/place").empty());
}

}  // namespace
}  // namespace tcm::util
