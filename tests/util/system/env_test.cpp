// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/env.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

TEST(Env, TellsUnsetFromEmpty) {
  ::unsetenv("TCM_ENV_TEST");
  EXPECT_EQ(get_env("TCM_ENV_TEST"), std::nullopt);
  EXPECT_EQ(get_env_secure("TCM_ENV_TEST"), std::nullopt);
  ::setenv("TCM_ENV_TEST", "", 1);
  EXPECT_EQ(get_env("TCM_ENV_TEST"), "");
  EXPECT_EQ(get_env_secure("TCM_ENV_TEST"), "");
  ::setenv("TCM_ENV_TEST", "a value", 1);
  EXPECT_EQ(get_env("TCM_ENV_TEST"), "a value");
  EXPECT_EQ(get_env_secure("TCM_ENV_TEST"), "a value");
  ::unsetenv("TCM_ENV_TEST");
}

}  // namespace
}  // namespace tcm::util
