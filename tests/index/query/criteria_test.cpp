// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

// Eight records, told apart by one-letter keys.
class CriteriaTest : public IndexTest {
 protected:
  CriteriaTest() : index(open()) {
    using model::EntryKind;
    std::vector<model::Entry> entries{
        make("a", kernel("add_kernel", "cuda", "90"), "3.6.0", 0),
        make("b", kernel("addXkernel", "cuda", "80"), "3.3.1", 100),
        make("c", kernel("mul[1]", "hip", "gfx90a"), "3.10.0", 200),
        make("d", kernel("mul%", "hip", "90"), "", 300),
        make("e", kernel("Add_Kernel", "cuda", "90"), "main", 400),
    };
    entries[4].records[0].kind = EntryKind::module;
    entries[3].records[0].problem = model::SkipReason::metadata_missing;
    entries[1].records[0].artifacts.resize(1);
    entries[2].records[0].artifacts.clear();
    write(index, "/c/r", entries);
    write(index, "/c/r/below", {make("f", kernel("x", "", ""), "3.6.0", -100)});
    write(index, "/c/r2", {make("g", kernel("\xff\"\\\x01'", "xpu", "90"), "3.6.0+git", 500)});
    write(index, "/c/r_", {make("h", kernel("", "cuda", "90"), "3.6.1", 600)});
  }

  static model::Entry make(const std::string& key, model::Record record, const std::string& version,
                           std::int64_t mtime) {
    record.facts.triton_version = version;
    return entry(key, {std::move(record)}, mtime);
  }
  static std::int64_t rank(const char* text) { return *version_rank(text); }

  Index index;
};

TEST_F(CriteriaTest, NothingAskedIsEverything) { EXPECT_EQ(keys(index, {}), "a b c d e f g h"); }

// '_' and '%' in names are no wildcards; alternatives and negation work.
TEST_F(CriteriaTest, NamesAreExact) {
  EXPECT_EQ(keys(index, {.names = {{"add_kernel"}}}), "a");
  EXPECT_EQ(keys(index, {.names = {{"mul%"}}}), "d");
  EXPECT_EQ(keys(index, {.names = {{"mul[1]"}}}), "c");
  EXPECT_EQ(keys(index, {.names = {{"add_kernel"}, {"mul%"}}}), "a d");
  EXPECT_EQ(keys(index, {.names = {{"add_kernel", true}}}), "b c d e f g h");
  EXPECT_EQ(keys(index, {.names = {{"add_kernel", true}, {"x", true}}}), "b c d e g h");
  EXPECT_EQ(keys(index, {.names = {{"add_kernel"}, {"x"}, {"x", true}}}), "a");
  EXPECT_EQ(keys(index, {.names = {{"\xff\"\\\x01'"}}}), "g");
  EXPECT_EQ(keys(index, {.names = {{"\xff\"\\\x01'"}, {"x"}}}), "f g");
  EXPECT_EQ(keys(index, {.names = {{""}}}), "h");
  EXPECT_EQ(keys(index, {.names = {{"' OR 1=1 --"}}}), "");
}

TEST_F(CriteriaTest, GlobsAreShellPatterns) {
  EXPECT_EQ(keys(index, {.globs = {{"add?kernel"}}}), "a b");
  EXPECT_EQ(keys(index, {.globs = {{"*_*"}}}), "a e");
  EXPECT_EQ(keys(index, {.globs = {{"[aA]dd_*"}}}), "a e");
  EXPECT_EQ(keys(index, {.globs = {{"[!a]dd_*"}}}), "e");
  EXPECT_EQ(keys(index, {.globs = {{"[^a]dd_*"}}}), "e");
  EXPECT_EQ(keys(index, {.globs = {{"mul[[]1]"}}}), "c");
  EXPECT_EQ(keys(index, {.globs = {{"mul[[!]1[]!]"}}}), "c");
  EXPECT_EQ(keys(index, {.globs = {{"mul*"}, {"x"}}}), "c d f");
  EXPECT_EQ(keys(index, {.globs = {{"*", false}, {"*a*", true}, {"A*", true}}}), "c d f g h");
  EXPECT_EQ(keys(index, {.globs = {{"add*"}}}), "a b");
  EXPECT_EQ(keys(index, {.names = {{"add_kernel"}}, .globs = {{"mul*"}}}), "");
}

TEST_F(CriteriaTest, BackendsAndArchitectures) {
  EXPECT_EQ(keys(index, {.backends = {{"hip"}}}), "c d");
  EXPECT_EQ(keys(index, {.backends = {{"hip"}, {"xpu"}}}), "c d g");
  EXPECT_EQ(keys(index, {.backends = {{"cuda", true}}}), "c d f g");
  EXPECT_EQ(keys(index, {.archs = {{"", "90"}}}), "a d e g h");
  EXPECT_EQ(keys(index, {.archs = {{"cuda", "90"}}}), "a e h");
  EXPECT_EQ(keys(index, {.archs = {{"cuda", "90"}, {"cuda", "80"}, {"hip", "gfx90a"}}}), "a b c e h");
  EXPECT_EQ(keys(index, {.archs = {{"cuda", "90", true}}}), "b c d f g");
  EXPECT_EQ(keys(index, {.archs = {{"", "90", true}, {"cuda", "80", true}}}), "c f");
}

TEST_F(CriteriaTest, VersionsSortAsNumbersAndNoVersionMatchesNone) {
  using enum Comparison;
  EXPECT_EQ(keys(index, {.triton_versions = {{equal, rank("3.6.0")}}}), "a f g");
  EXPECT_EQ(keys(index, {.triton_versions = {{greater, rank("3.6.0")}}}), "c h");
  EXPECT_EQ(keys(index, {.triton_versions = {{less, rank("3.6.0")}}}), "b");
  EXPECT_EQ(keys(index, {.triton_versions = {{not_equal, rank("3.6.0")}}}), "b c h");
  EXPECT_EQ(keys(index, {.triton_versions = {{greater_equal, rank("3.6.0")}, {less, rank("3.10")}}}), "a f g h");
  EXPECT_EQ(keys(index, {.triton_versions = {{less_equal, rank("3.6.0")}}}), "a b f g");
}

TEST_F(CriteriaTest, KindsAndProblems) {
  EXPECT_EQ(keys(index, {.kinds = {model::EntryKind::module}}), "e");
  EXPECT_EQ(keys(index, {.kinds = {model::EntryKind::module, model::EntryKind::kernel}}), "a b c d e f g h");
  EXPECT_EQ(keys(index, {.kinds = {model::EntryKind::empty}}), "");
  EXPECT_EQ(keys(index, {.with_problem = true}), "d");
}

// A bound of zero is a bound; and bounds are strict.
TEST_F(CriteriaTest, TimesAreStrictAndZeroIsATime) {
  EXPECT_EQ(keys(index, {.modified_before_ns = 0}), "f");
  EXPECT_EQ(keys(index, {.modified_after_ns = 0}), "b c d e g h");
  EXPECT_EQ(keys(index, {.modified_before_ns = 300, .modified_after_ns = 100}), "c");
}

TEST_F(CriteriaTest, SizesAllHoldAndZeroIsASize) {
  using enum Comparison;
  EXPECT_EQ(keys(index, {.sizes = {{equal, 0}}}), "c");
  EXPECT_EQ(keys(index, {.sizes = {{greater, 0}, {less, 167}}}), "b");
  EXPECT_EQ(keys(index, {.sizes = {{less, 0}}}), "");
}

TEST_F(CriteriaTest, RootsAreTheseOrBelow) {
  EXPECT_EQ(keys(index, {.root_paths = {"/c/r"}}), "a b c d e f");
  EXPECT_EQ(keys(index, {.root_paths = {"/c/r/"}}), "a b c d e f");
  EXPECT_EQ(keys(index, {.root_paths = {"/c/r/below"}}), "f");
  EXPECT_EQ(keys(index, {.root_paths = {"/c/r2", "/c/r_"}}), "g h");
  EXPECT_EQ(keys(index, {.root_paths = {"/c"}}), "a b c d e f g h");
  EXPECT_EQ(keys(index, {.root_paths = {"/"}}), "a b c d e f g h");
  EXPECT_EQ(keys(index, {.root_paths = {"/c/%"}}), "");
  EXPECT_EQ(keys(index, {.root_paths = {"/nowhere"}}), "");
}

TEST_F(CriteriaTest, KeyPrefixes) {
  write(index, "/k",
        {entry("ABC", "n"), entry("ABD", "n"), entry("A_C", "n"), entry("A\xff", "n"),
         entry("A\xff\xff"
               "b",
               "n")});
  EXPECT_EQ(keys(index, {.key_prefix = "AB"}), "ABC ABD");
  EXPECT_EQ(keys(index, {.key_prefix = "A_"}), "A_C");
  EXPECT_EQ(keys(index, {.key_prefix = "A\xff"}),
            "A\xff A\xff\xff"
            "b");
  EXPECT_EQ(keys(index, {.key_prefix = "\xff"}), "");
  EXPECT_EQ(keys(index, {.key_prefix = "ABCD"}), "");
}

TEST_F(CriteriaTest, MembersAreJoinedByAnd) {
  EXPECT_EQ(keys(index, {.names = {{"add_kernel"}, {"mul%"}}, .backends = {{"hip"}}}), "d");
}

// No list is too long for a statement.
TEST_F(CriteriaTest, ListsMayBeLong) {
  Criteria criteria;
  for (int i = 0; i < 300'000; ++i) criteria.names.push_back({"name" + std::to_string(i)});
  criteria.names.push_back({"x"});
  EXPECT_EQ(keys(index, criteria), "f");
  for (auto& name : criteria.names) name.negate = true;
  EXPECT_EQ(keys(index, criteria), "a b c d e g h");

  Criteria archs;
  Criteria globs;
  for (int i = 0; i < 2'000; ++i) {
    archs.archs.push_back({"cuda", "no" + std::to_string(i)});
    globs.globs.push_back({"no" + std::to_string(i) + "*"});
  }
  archs.archs.push_back({"cuda", "80"});
  globs.globs.push_back({"add_*"});
  EXPECT_EQ(keys(index, archs), "b");
  EXPECT_EQ(keys(index, globs), "a");

  Criteria roots;
  for (int i = 0; i < 40'000; ++i) roots.root_paths.push_back("/no/" + std::to_string(i));
  roots.root_paths.emplace_back("/c/r2");
  EXPECT_EQ(keys(index, roots), "g");
  EXPECT_EQ(value(index.forget_roots("/c", roots.root_paths)), 7);
}

}  // namespace
}  // namespace tcm::index::test
