// SPDX-License-Identifier: Apache-2.0
// Dropping kinds of files: the group is rewritten first, and what is left is a hit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/cache/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::ArtifactKind;
using model::KeptReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::string kGroup = "__grp__add_kernel.json";

nlohmann::ordered_json children_of(const fs::path& entry, const std::string& group = kGroup) {
  return nlohmann::ordered_json::parse(read_file(entry / group)).at("child_paths");
}

TEST(EditorDrop, IrAndSourceGoAndTheGroupListsTheRest) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const Outcome outcome = run_one(entry, Action::drop);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.detail, "");
  EXPECT_THAT(names_in(entry), UnorderedElementsAre(kGroup, "add_kernel.json", "add_kernel.ptx", "add_kernel.cubin"));
  const auto children = children_of(entry);
  EXPECT_EQ(children.size(), 3U);
  for (const auto& [name, path] : children.items()) EXPECT_EQ(path, (entry / name).string());
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

}  // namespace
}  // namespace tcm::test
