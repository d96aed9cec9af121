// SPDX-License-Identifier: Apache-2.0
// Entries that other compilers wrote, read without the plugins of their vendors.
#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::ArtifactKind;
using model::EntryKind;
using model::SkipReason;
using testing::UnorderedElementsAre;

std::vector<fs::path> entries() {
  std::vector<fs::path> found;
  for (const auto& compiler : fs::directory_iterator(TCM_COMPILER_CACHES))
    for (const auto& entry : fs::directory_iterator(compiler.path())) found.push_back(entry.path());
  return found;
}

std::size_t files_in(const fs::path& entry) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(entry), fs::directory_iterator()));
}

ArtifactKind kind(const model::Record& record, const std::string& name) { return artifact(record, name).kind; }

TEST(Compilers, EachEntryIsOneKernelWithoutAProblem) {
  ASSERT_EQ(entries().size(), 12u);
  for (const fs::path& entry : entries()) {
    const model::Entry read_entry = read(entry);
    ASSERT_EQ(read_entry.records.size(), 1u) << entry;
    const model::Record& record = read_entry.records[0];
    EXPECT_EQ(record.kind, EntryKind::kernel) << entry << record.problem_detail;
    EXPECT_EQ(record.problem, SkipReason::none) << entry;
    EXPECT_EQ(record.artifacts.size(), files_in(entry));
    EXPECT_EQ(total_bytes(read_entry), bytes_below(entry));
  }
}

TEST(Compilers, GluonsIntermediateRepresentationIsOne) {
  int seen = 0;
  for (const fs::path& entry : entries()) {
    if (!fs::exists(entry / "gluon_copy.glir")) continue;
    ++seen;
    const model::Record record = read_one(entry);
    EXPECT_EQ(kind(record, "gluon_copy.glir"), ArtifactKind::ir);
    EXPECT_EQ(artifact(record, "gluon_copy.glir").type, "glir");
  }
  EXPECT_EQ(seen, 2);
}

// The metadata of a kernel that is called "__grp__x" has the name of a group of a kernel "x".
TEST(Compilers, AKernelThatIsCalledLikeAGroupIsListedOnce) {
  int seen = 0;
  for (const fs::path& entry : entries()) {
    if (!fs::exists(entry / "__grp____grp__x.json")) continue;
    ++seen;
    const model::Record record = read_one(entry);
    EXPECT_THAT(record.facts.name, testing::StartsWith("__grp__x"));
    EXPECT_EQ(kind(record, "__grp____grp__x.json"), ArtifactKind::group);
    EXPECT_EQ(kind(record, "__grp__x.json"), ArtifactKind::metadata);
    EXPECT_EQ(kind(record, "__grp__x.ttir"), ArtifactKind::ir);
    const cache::Inspection look = cache::inspect(open_root(entry.parent_path()), entry.filename().string());
    EXPECT_EQ(cache::group_count(look), 1u);
    EXPECT_TRUE(cache::groups_of(look).has_file("__grp__x.ttir"));
    EXPECT_FALSE(cache::groups_of(look).has_file("x.ttir")) << "there is no kernel x";
  }
  EXPECT_EQ(seen, 3);
}

TEST(GroupNames, OnlyItsOwnGroupMakesAGroupMetadata) {
  const auto in = [](std::string_view name, const std::vector<std::string_view>& files) {
    return cache::is_group_among(
        name, [&](std::string_view other) { return std::find(files.begin(), files.end(), other) != files.end(); });
  };
  EXPECT_TRUE(in("__grp__x.json", {"__grp__x.json", "x.json"}));
  EXPECT_FALSE(in("__grp__x.json", {"__grp__x.json", "__grp____grp__x.json"}));
  EXPECT_TRUE(in("__grp____grp__x.json", {"__grp__x.json", "__grp____grp__x.json"}));
  EXPECT_TRUE(in("__grp__x.json", {"__grp__x.json", "__grp____grp__x.json", "__grp____grp____grp__x.json"}))
      << "the second is metadata, so it is no group of the first";
  EXPECT_FALSE(in("x.json", {"x.json"}));
}

}  // namespace
}  // namespace tcm::test
