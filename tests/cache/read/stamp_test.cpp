// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/stamp.hpp"

#include <gtest/gtest.h>

#include "core/util/text/time.hpp"

namespace tcm::test {
namespace {

constexpr std::int64_t kNow = 1'700'000'000 * util::kSecond;

model::EntryStamp stamp(std::int64_t mtime_ns, std::int64_t ctime_ns) { return {1, mtime_ns, ctime_ns, true}; }

// A file server's clock may be seconds behind, and what it stamps does not change within its second.
TEST(Stamp, AFileSystemOfWholeSecondsIsTrustedAfterAMinute) {
  EXPECT_FALSE(cache::is_settled(stamp(kNow - 3 * util::kSecond, kNow - 3 * util::kSecond), kNow));
  EXPECT_FALSE(cache::is_settled(stamp(kNow - 59 * util::kSecond, kNow - 59 * util::kSecond), kNow));
  EXPECT_TRUE(cache::is_settled(stamp(kNow - 60 * util::kSecond, kNow - 60 * util::kSecond), kNow));
}

TEST(Stamp, AModificationTimeThatWasSetToAWholeSecondTellsNothingOfTheFileSystem) {
  EXPECT_TRUE(cache::is_settled(stamp(kNow - 3 * util::kSecond, kNow - 3 * util::kSecond + 1), kNow));
  EXPECT_FALSE(cache::is_settled(stamp(kNow - 1 * util::kSecond, kNow - 3 * util::kSecond + 1), kNow));
}

}  // namespace
}  // namespace tcm::test
