// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/known_dirs.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using service::check_known_dir;
using testing::HasSubstr;

TEST(KnownDirs, WhatTheIndexNamesMustBeAResolvedPath) {
  const TempDir dir;
  fs::create_directories(dir / "cache");
  fs::create_directory_symlink(dir / "cache", dir / "link");
  const std::string good = (dir / "cache").string();
  EXPECT_TRUE(check_known_dir(good, {}, false));
  EXPECT_TRUE(check_known_dir((dir / "gone").string(), {}, false)) << "an index run says so";
  for (const std::string& wrong : {std::string("cache"), std::string(".."), good + "/../cache", good + "/",
                                   (dir / "link").string(), good + "/."}) {
    const auto checked = check_known_dir(wrong, {wrong}, false);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().code, ErrorCode::usage);
    EXPECT_THAT(checked.error().message, HasSubstr("--cache-dir"));
  }
}

TEST(KnownDirs, AServersMustBeNamedByTheUserToo) {
  const TempDir dir;
  fs::create_directories(dir / "mine/cache");
  fs::create_directories(dir / "other");
  fs::create_directory_symlink(dir / "mine", dir / "link");
  const std::string mine = (dir / "mine/cache").string();
  EXPECT_TRUE(check_known_dir(mine, {mine}, true));
  EXPECT_TRUE(check_known_dir(mine, {(dir / "link/cache").string()}, true)) << "in whatever spelling";
  EXPECT_TRUE(check_known_dir(mine, {(dir / "mine").string()}, true)) << "below one";
  EXPECT_FALSE(check_known_dir((dir / "mine").string(), {mine}, true)) << "above one";
  EXPECT_FALSE(check_known_dir((dir / "other").string(), {mine}, true));
  EXPECT_THAT(check_known_dir("/", {mine}, true).error().message, HasSubstr("only an index on a server"));
}

}  // namespace
}  // namespace tcm::test
