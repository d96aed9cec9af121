// SPDX-License-Identifier: Apache-2.0
// Which directory is a root, and how its groups may name it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::Action;

TEST(GroupPaths, AnotherSpellingOfTheRootIsKept) {
  const TempDir dir;
  fs::create_directory(dir / "root");
  fs::create_directory_symlink(dir / "root", dir / "link");
  KernelSpec spec;
  spec.group_root = (dir / "link").string();
  const fs::path entry = add_kernel(dir / "root", spec);
  cache::EditorOptions options;
  options.spellings = {(dir / "elsewhere").string(), (dir / "link/").string()};
  EXPECT_FALSE(run_one(entry, Action::drop, options).relocated);
  const auto children = children_of(entry);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (dir / "link" / entry.filename() / name).string());
}

// Looking where a group's path leads would be enough to hang on a dead server.
TEST(GroupPaths, NoPathOfAGroupIsLookedAt) {
  const TempDir dir;
  fs::create_directory(dir / "root");
  fs::create_directory_symlink(dir / "root", dir / "link");
  KernelSpec spec;
  spec.group_root = (dir / "link").string();
  const fs::path entry = add_kernel(dir / "root", spec);
  EXPECT_TRUE(run_one(entry, Action::drop).relocated) << "a link that nobody named is not followed";
  const auto children = children_of(entry);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (entry / name).string());
}

TEST(GroupPaths, AnotherDirectoryThanThePlansIsRefused) {
  const TempDir dir;
  add_kernel(dir / "root");
  add_kernel(dir / "victim");
  cache::EditorOptions options;
  options.root = open_root(dir / "root").id();
  EXPECT_TRUE(cache::Editor::open((dir / "root").string(), options));
  fs::rename(dir / "root", dir / "moved");
  fs::rename(dir / "victim", dir / "root");
  const auto refused = cache::Editor::open((dir / "root").string(), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            (dir / "root").string() + ": no longer the directory that was planned; run the command again");
  fs::create_directory_symlink(dir.path(), dir / "above");
  EXPECT_FALSE(cache::Editor::open((dir / "above/root").string(), {})) << "by now there is a link in the path";
}

}  // namespace
}  // namespace tcm::test
