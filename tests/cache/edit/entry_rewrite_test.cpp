// SPDX-License-Identifier: Apache-2.0
// Putting groups right: where an entry is, or where it is going to be seen, without a file less.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::KeptReason;
using testing::HasSubstr;

nlohmann::json group_of(const fs::path& entry) { return nlohmann::json::parse(read_file(entry / kGroup)); }

void expect_paths(const fs::path& entry, const fs::path& seen_at) {
  const auto children = group_of(entry).at("child_paths");
  ASSERT_TRUE(children.is_object());
  EXPECT_FALSE(children.empty());
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (seen_at / entry.filename() / name).string());
}

TEST(EditorRewrite, AMovedEntryNamesWhereItIs) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path(), {.group_root = "/old/place"});
  const auto names = names_in(entry);
  const auto time = fs::last_write_time(entry);
  const Outcome outcome = run_one(entry, Action::rewrite);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_TRUE(outcome.relocated);
  EXPECT_EQ(outcome.files, 0U);
  EXPECT_EQ(names_in(entry), names);
  EXPECT_EQ(fs::last_write_time(entry), time);
  expect_paths(entry, dir.path());
  ASSERT_TRUE(outcome.now);
  EXPECT_TRUE(outcome.now->stamp.same_state(read(entry).stamp));
}

TEST(EditorRewrite, AnEntryThatIsRightIsNotWritten) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat((entry / kGroup).c_str(), &before), 0);
  const Outcome outcome = run_one(entry, Action::rewrite);
  EXPECT_EQ(outcome.status, Status::done);
  EXPECT_FALSE(outcome.now);
  ASSERT_EQ(::stat((entry / kGroup).c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(EditorRewrite, AnEntryMayNameWhereItWillBeSeen) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  cache::EditorOptions options;
  options.seen_at = "/mnt/cache";
  EXPECT_TRUE(run_one(entry, Action::rewrite, options).relocated);
  expect_paths(entry, "/mnt/cache");
  EXPECT_FALSE(run_one(entry, Action::rewrite, options).now) << "a second time changes nothing";
  EXPECT_TRUE(run_one(entry, Action::rewrite).relocated);
  expect_paths(entry, dir.path());
}

TEST(EditorRewrite, AListBecomesAMapExceptOfTriton2) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path(), {.group = GroupShape::list});
  EXPECT_EQ(run_one(entry, Action::rewrite).status, Status::done);
  expect_paths(entry, dir.path());
  const fs::path old = add_triton21_kernel(dir.path(), 7);
  std::string group;
  for (const std::string& name : names_in(old))
    if (name.starts_with("__grp__")) group = name;
  const std::string before = read_file(old / group);
  EXPECT_EQ(run_one(old, Action::rewrite).status, Status::done);
  EXPECT_EQ(read_file(old / group), before);
}

TEST(EditorRewrite, NamesOfIrThatIsGoneGo) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::remove(entry / "add_kernel.ttir");
  const Outcome outcome = run_one(entry, Action::rewrite);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_FALSE(group_of(entry).at("child_paths").contains("add_kernel.ttir"));
  EXPECT_TRUE(group_of(entry).at("child_paths").contains("add_kernel.cubin"));
}

// It misses where it names another place, and Triton compiles it again; as a hit it would fail for good.
TEST(EditorRewrite, ADamagedEntryIsNeverMadeAHit) {
  const TempDir dir;
  cache::EditorOptions options;
  options.binary_check = [](const model::Record&, std::string_view file, std::string_view) {
    return std::optional<std::string>(std::string(file) + ": cut short");
  };
  const fs::path entry = add_kernel(dir.path(), {.group_root = "/old/place"});
  const std::string before = read_file(entry / kGroup);
  const Outcome refused = run_one(entry, Action::rewrite, options);
  EXPECT_EQ(refused.status, Status::kept);
  EXPECT_EQ(refused.kept, KeptReason::broken);
  EXPECT_THAT(refused.detail, HasSubstr("cut short"));
  EXPECT_EQ(read_file(entry / kGroup), before);
  fs::remove(entry / "add_kernel.cubin");
  EXPECT_EQ(run_one(entry, Action::rewrite).kept, KeptReason::broken);
  EXPECT_EQ(read_file(entry / kGroup), before);
}

TEST(EditorRewrite, PathsInTheMetadataFollow) {
  const TempDir dir;
  const std::string key = make_key(3);
  const std::string old = "/old/place/" + key;
  const fs::path entry = add_kernel(
      dir.path(),
      {.seed = 3,
       .group_root = "/old/place",
       .set = {{"/cache_dir", '"' + old + '"'}, {"/elsewhere", "\"/opt/x\""}, {"/other", '"' + old + "/x\""}}});
  cache::EditorOptions options;
  options.path_fields["cuda"] = {"cache_dir", "elsewhere"};
  EXPECT_TRUE(run_one(entry, Action::rewrite, options).relocated);
  const auto metadata = nlohmann::json::parse(read_file(entry / "add_kernel.json"));
  EXPECT_EQ(metadata.at("cache_dir"), entry.string());
  EXPECT_EQ(metadata.at("elsewhere"), "/opt/x");
  EXPECT_EQ(metadata.at("other"), old + "/x");
  expect_paths(entry, dir.path());
  EXPECT_FALSE(run_one(entry, Action::rewrite, options).now);
}

TEST(EditorRewrite, MetadataAloneMayNameAnotherPlace) {
  const TempDir dir;
  const std::string key = make_key(3);
  const fs::path entry = add_kernel(dir.path(), {.seed = 3, .set = {{"/cache_dir", "\"/old/place/" + key + '"'}}});
  cache::EditorOptions options;
  options.path_fields["cuda"] = {"cache_dir"};
  EXPECT_TRUE(run_one(entry, Action::rewrite, options).relocated);
  EXPECT_EQ(nlohmann::json::parse(read_file(entry / "add_kernel.json")).at("cache_dir"), entry.string());
}

}  // namespace
}  // namespace tcm::test
