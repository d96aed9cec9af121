// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/path.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

TEST(Path, ADirectoryHasOneFormHoweverItIsWritten) {
  const TempDir directory;
  const fs::path real = fs::canonical(directory.path()) / "real";
  fs::create_directory(real);
  fs::create_directory_symlink(real, directory.path() / "link");
  for (const fs::path& way : {real, real / "", real / "." / "..", directory.path() / "link"})
    EXPECT_EQ(util::canonical_directory(way), way == real / "." / ".." ? real.parent_path() : real) << way;
  EXPECT_EQ(util::canonical_directory("/"), "/");
}

TEST(Path, ADirectoryThatIsGoneIsResolvedAsFarAsItExists) {
  const TempDir directory;
  const fs::path real = fs::canonical(directory.path());
  fs::create_directory_symlink(real, directory.path() / "link");
  EXPECT_EQ(util::canonical_directory(directory.path() / "link" / "gone" / "deeper/"), real / "gone" / "deeper");
}

TEST(Path, ANameThatOnlyBeginsAlikeIsNotBelow) {
  EXPECT_TRUE(util::is_at_or_below("/a/b", "/a/b"));
  EXPECT_TRUE(util::is_at_or_below("/a/b/c", "/a/b"));
  EXPECT_TRUE(util::is_at_or_below("/a", "/"));
  EXPECT_FALSE(util::is_at_or_below("/a/bc", "/a/b"));
  EXPECT_FALSE(util::is_at_or_below("/a", "/a/b"));
}

}  // namespace
}  // namespace tcm::test
