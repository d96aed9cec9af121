// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/user.hpp"

#include <gtest/gtest.h>

namespace tcm::test {
namespace {

TEST(User, HasItsNameOrItsNumber) {
  EXPECT_EQ(util::user_name(0), "root");
  EXPECT_EQ(util::user_name(4'123'456'789U), "4123456789");
}

}  // namespace
}  // namespace tcm::test
