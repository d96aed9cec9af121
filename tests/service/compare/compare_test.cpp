// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/service/compare/cache_diff.hpp"
#include "core/service/compare/entry_diff.hpp"
#include "core/service/compare/entry_file.hpp"
#include "core/service/compare/metadata_fields.hpp"
#include "core/service/compare/sides.hpp"
#include "core/service/query/spills.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

using service::DifferingEntry;
using service::FileDifference;
using service::KeyDifference;
using service::Side;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class Compare : public ServiceTest {
 protected:
  KernelSpec spec(std::uint64_t seed, std::string_view source = kCuda90) {
    KernelSpec kernel;
    kernel.seed = seed;
    kernel.source = source;
    return kernel;
  }

  Side side(const std::string& word, const service::FilterWords& filters = {}) {
    auto found = service::find_side(word, filters, index_, backends_, util::now_ns());
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(found->side.value());
  }

  /// The names of columns in which two sides differ.
  static std::vector<std::string> differing(const service::EntryDiff& diff) {
    std::vector<std::string> names;
    for (const auto& column : diff.columns)
      if (!column.equal()) names.emplace_back(column.column->name);
    return names;
  }
};

using EntryDiff = Compare;
using CacheDiff = Compare;

TEST_F(EntryDiff, NamesColumnsResourcesMetadataAndFilesThatDiffer) {
  KernelSpec more = spec(2);
  more.set = {{"/num_warps", "8"}};
  add_kernel(cache(), spec(1));
  add_kernel(cache(), more);
  index_all();
  const Side a = side(make_key(1));
  const Side b = side(make_key(2));
  const service::EntryDiff diff = service::diff_entries(a, b, index_.columns());
  EXPECT_THAT(differing(diff), testing::AllOf(Contains("key"), Contains("warps")));
  EXPECT_THAT(differing(diff), testing::Not(Contains("arch")));
  EXPECT_THAT(diff.problems, IsEmpty());
  ASSERT_FALSE(diff.resources.empty());
  for (const auto& resource : diff.resources) EXPECT_TRUE(resource.equal()) << resource.name;
  for (const auto& file : diff.files) {
    ASSERT_TRUE(file.a != nullptr && file.b != nullptr);
    const bool names_the_entry = file.any().kind == model::ArtifactKind::group;
    EXPECT_EQ(file.same, !names_the_entry && file.any().kind != model::ArtifactKind::metadata) << file.any().name;
  }
}

TEST_F(EntryDiff, FilesOfKernelsOfOtherNamesAreComparedByTheirType) {
  KernelSpec other = spec(2);
  other.name = "other_kernel";
  add_kernel(cache(), spec(1));
  add_kernel(cache(), other);
  index_all();
  const Side a = side(make_key(1));
  const Side b = side(make_key(2));
  const service::EntryDiff diff = service::diff_entries(a, b, index_.columns());
  EXPECT_EQ(diff.files.size(), a.shown.detail.artifacts.size());
  for (const auto& file : diff.files) EXPECT_TRUE(file.a != nullptr && file.b != nullptr) << file.any().name;
}

TEST_F(EntryDiff, AnEntryThatNoIndexKnowsIsReadFromTheDisk) {
  add_kernel(cache(), spec(1));
  index_all();
  const auto elsewhere = directory_ / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  const auto entry = add_kernel(elsewhere, spec(2, kCuda80));
  const Side a = side(make_key(1));
  const Side b = side(entry.string());
  EXPECT_FALSE(b.indexed);
  EXPECT_EQ(b.shown.row.arch, "80");
  EXPECT_FALSE(b.shown.detail.resources.empty()) << "its backend is asked, too";
  const service::EntryDiff diff = service::diff_entries(a, b, index_.columns());
  EXPECT_THAT(differing(diff), Contains("arch"));
  for (const auto& column : diff.columns) {
    if (column.column->name != "first_seen") continue;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(column.b));
  }
  EXPECT_FALSE(service::find_side((elsewhere / "none").string(), {}, index_, backends_, util::now_ns()));
}

TEST_F(EntryDiff, TheNewestTwoOfANameAreOfDifferentKeysTheOlderFirst) {
  KernelSpec old = spec(1);
  old.age = std::chrono::hours(30);
  KernelSpec newer = spec(2);
  newer.age = std::chrono::hours(20);
  for (const KernelSpec& kernel : {old, newer, spec(3)}) add_kernel(cache(), kernel);
  const auto copy = directory_ / "copy";
  std::filesystem::create_directory(copy);
  add_kernel(copy, spec(3));
  index_all({{cache().string(), copy.string()}});
  service::FilterWords words;
  words.names = {"add_kernel"};
  const auto sides = service::newest_two(words, index_, backends_, util::now_ns());
  ASSERT_TRUE(sides) << sides.error().message;
  EXPECT_EQ(sides->first.shown.row.key, make_key(2));
  EXPECT_EQ(sides->second.shown.row.key, make_key(3)) << "not its copy in the other root";
  words.names = {"none"};
  EXPECT_EQ(service::newest_two(words, index_, backends_, util::now_ns()).error().code, ErrorCode::missing);
}

TEST_F(EntryDiff, AFileIsMeantByItsNameItsTypeOrItsKind) {
  add_kernel(cache(), spec(1));
  index_all();
  const Side a = side(make_key(1));
  const std::vector<service::RecordFiles> files{{a.root, a.shown.row.key, &a.shown.detail.artifacts}};
  EXPECT_EQ(service::find_entry_file(files, "ttgir")->artifact.name, "add_kernel.ttgir");
  EXPECT_EQ(service::find_entry_file(files, "add_kernel.json")->artifact.name, "add_kernel.json");
  EXPECT_EQ(service::find_entry_file(files, "assembly")->artifact.kind, model::ArtifactKind::assembly);
  EXPECT_EQ(service::find_entry_file(files, "ir").error().code, ErrorCode::usage) << "there are several";
  const auto none = service::find_entry_file(files, "nothing");
  EXPECT_EQ(none.error().code, ErrorCode::missing);
  EXPECT_THAT(none.error().message, HasSubstr("ttgir"));
}

TEST_F(EntryDiff, AFileThatIsALinkIsNotRead) {
  const auto entry = add_kernel(cache(), spec(1));
  index_all();
  const Side a = side(make_key(1));
  std::filesystem::remove(entry / "add_kernel.ttir");
  std::filesystem::create_symlink("/etc/passwd", entry / "add_kernel.ttir");
  const std::vector<service::RecordFiles> files{{a.root, a.shown.row.key, &a.shown.detail.artifacts}};
  const auto file = service::find_entry_file(files, "ttir");
  ASSERT_TRUE(file);
  bool handed_out = false;
  EXPECT_FALSE(service::read_entry_file(*file, [&](std::string_view) { handed_out = true; }));
  EXPECT_FALSE(handed_out);
}

TEST_F(CacheDiff, TellsWhatOneHasAndWhatDiffersUnderOneKey) {
  const auto b = directory_ / "b";
  std::filesystem::create_directory(b);
  for (const std::uint64_t seed : {1, 2, 3}) add_kernel(cache(), spec(seed));
  for (const std::uint64_t seed : {2, 3, 4}) add_kernel(b, spec(seed));
  std::ofstream(b / make_key(3) / "add_kernel.ttir", std::ios::app) << "// changed\n";
  std::filesystem::remove(b / make_key(3) / "add_kernel.llir");
  std::map<std::string, DifferingEntry> told;
  std::atomic<bool> stop = false;
  const auto totals = service::diff_caches(cache().string(), b.string(), backends_, stop,
                                           [&](const DifferingEntry& entry) { told[entry.key] = entry; });
  ASSERT_TRUE(totals) << totals.error().message;
  EXPECT_EQ(totals->same, 1U) << "groups name another directory, which does not count";
  EXPECT_EQ(totals->only_a, 1U);
  EXPECT_EQ(totals->only_b, 1U);
  EXPECT_EQ(totals->differing, 1U);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[make_key(1)].difference, KeyDifference::only_a);
  EXPECT_EQ(told[make_key(4)].difference, KeyDifference::only_b);
  EXPECT_EQ(told[make_key(4)].facts.name, "add_kernel");
  std::map<std::string, FileDifference> files;
  for (const auto& file : told[make_key(3)].files) files[file.name] = file.difference;
  EXPECT_THAT(files, UnorderedElementsAre(Pair("add_kernel.llir", FileDifference::only_a),
                                          Pair("add_kernel.ttir", FileDifference::content)));
}

TEST_F(CacheDiff, ComparesRootsOfOneNameAndEachCopyOfAKey) {
  make_inductor(directory_ / "a", 2);
  make_inductor(directory_ / "b", 2);
  const auto changed = directory_ / "b/triton/1";
  for (const auto& entry : std::filesystem::directory_iterator(changed))
    if (std::filesystem::is_directory(entry)) std::ofstream(entry.path() / "more.ttir") << "x";
  std::uint64_t differing = 0;
  std::atomic<bool> stop = false;
  const auto totals = service::diff_caches((directory_ / "a").string(), (directory_ / "b").string(), backends_, stop,
                                           [&](const DifferingEntry& entry) {
                                             ++differing;
                                             EXPECT_EQ(entry.root, "triton/1");
                                           });
  ASSERT_TRUE(totals) << totals.error().message;
  EXPECT_GT(differing, 0U);
  EXPECT_EQ(totals->same, totals->entries_a - differing);
}

TEST(MetadataFields, NameWhatIsInObjectsAndKeepListsWhole) {
  EXPECT_THAT(
      service::metadata_fields(R"({"a": 1, "t": {"b": "x\"y", "c": {"d": null}}, "l": [1, {"m": [2, true]}, "s"]})"),
      UnorderedElementsAre(Pair("a", "1"), Pair("t.b", R"("x\"y")"), Pair("t.c.d", "null"),
                           Pair("l", R"([1,{"m":[2,true]},"s"])")));
  EXPECT_THAT(service::metadata_fields("[1]"), IsEmpty());
  EXPECT_THAT(service::metadata_fields("no json"), IsEmpty());
}

TEST(SpillWords, StackIsCalledSpillsOnlyWhereTheyAreKnownToBe) {
  using Resources = std::vector<model::Resource>;
  const auto words = [](const Resources& resources) { return service::spill_words(resources); };
  EXPECT_EQ(words({{"stack_bytes", "bytes", std::int64_t{16}}}).label, "stack");
  EXPECT_FALSE(words({{"stack_bytes", "bytes", std::int64_t{16}}}).known);
  EXPECT_EQ(words({{"stack_bytes", "bytes", std::int64_t{16}}, {"spill_stores_bytes", "bytes", std::int64_t{8}}}).label,
            "spills");
  EXPECT_EQ(words({{"scratch_bytes", "bytes", std::int64_t{16}}, {"vgpr_spills", "", std::int64_t{0}}}).label,
            "scratch");
  EXPECT_EQ(words({{"scratch_bytes", "bytes", std::int64_t{16}}, {"vgpr_spills", "", std::int64_t{4}}}).label,
            "spills");
}

}  // namespace
}  // namespace tcm::test
