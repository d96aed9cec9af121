// SPDX-License-Identifier: Apache-2.0
// What an entry without a kernel is. Each must be seen, or the totals are wrong.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::ArtifactKind;
using model::EntryKind;
using model::SkipReason;

class EntryKindTest : public testing::Test {
 protected:
  model::Record check(const fs::path& entry, EntryKind kind, SkipReason problem = SkipReason::none) {
    const model::Entry read_entry = read(entry);
    EXPECT_EQ(read_entry.records.size(), 1U);
    EXPECT_EQ(total_bytes(read_entry), bytes_below(entry));
    model::Record record = read_entry.records.front();
    EXPECT_EQ(record.kind, kind) << model::to_string(record.kind);
    EXPECT_EQ(record.problem, problem) << record.problem_detail;
    EXPECT_EQ(record.problem_detail.empty(), problem == SkipReason::none);
    return record;
  }
  fs::path add(const std::string& key, const std::vector<std::pair<std::string, std::string>>& files) {
    return add_entry(dir_.path(), key, files);
  }
  const fs::path& root() const { return dir_.path(); }

 private:
  TempDir dir_;
};

TEST_F(EntryKindTest, Module) {
  const std::string file = "launcher.cpython-312-x86_64-linux-gnu.so";
  const model::Record record = check(add_module(root(), 1, file), EntryKind::module);
  EXPECT_EQ(record.facts.name, "launcher");
  EXPECT_EQ(artifact(record, file).kind, ArtifactKind::module);
  EXPECT_EQ(artifact(record, file).type, "so");
  EXPECT_EQ(record.facts.backend, "");
}

TEST_F(EntryKindTest, ModuleForSeveralPythons) {
  const fs::path entry = add(make_key(1), {{"utils.cpython-311.so", "x"}, {"utils.cpython-312.so", "y"}});
  EXPECT_EQ(check(entry, EntryKind::module).artifacts.size(), 2U);
}

TEST_F(EntryKindTest, ModuleBesideTemporaries) {
  check(add(make_key(1), {{"utils.so", "x"}, {"tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a14/utils.so", "y"}}),
        EntryKind::module);
}

TEST_F(EntryKindTest, PrecompiledHeader) {
  const model::Record record =
      check(add(make_key(1), {{"precompiled.h", "x"}, {"precompiled.h.gch", "yy"}}), EntryKind::module);
  EXPECT_EQ(artifact(record, "precompiled.h.gch").kind, ArtifactKind::module);
}

TEST_F(EntryKindTest, Autotune) {
  const model::Record record = check(add_autotune(root(), 1, "matmul_kernel"), EntryKind::autotune);
  EXPECT_EQ(record.facts.name, "matmul_kernel");
  EXPECT_EQ(artifact(record, "matmul_kernel.autotune.json").kind, ArtifactKind::metadata);
  EXPECT_EQ(record.facts.metadata, "");
}

TEST_F(EntryKindTest, Empty) { EXPECT_TRUE(check(add_empty(root(), 1), EntryKind::empty).artifacts.empty()); }

TEST_F(EntryKindTest, Partial) {
  check(add_partial(root(), 1), EntryKind::partial);
  KernelSpec spec;
  spec.seed = 2;
  spec.group = GroupShape::none;
  const model::Record record = check(add_kernel(root(), spec), EntryKind::partial);
  EXPECT_EQ(record.facts.backend, "cuda");
  EXPECT_EQ(artifact(record, "add_kernel.cubin").kind, ArtifactKind::binary);
  check(add(make_key(3), {{"add_kernel.json", "{half"}}), EntryKind::partial);
  check(add(make_key(4),
            {{"add_kernel.ttir", "x"}, {"tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a14/add_kernel.ttgir", "y"}}),
        EntryKind::partial);
}

TEST_F(EntryKindTest, Leftover) {
  const model::Record record = check(add_leftover(root(), 1), EntryKind::leftover);
  ASSERT_EQ(record.artifacts.size(), 1U);
  EXPECT_EQ(record.artifacts[0].name, "tmp.pid_4711_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a15/add_kernel.ttir");
  EXPECT_EQ(record.artifacts[0].kind, ArtifactKind::other);
  check(add(make_key(2), {{"a.ttir.tmp.pid_7_1234", "x"}}), EntryKind::leftover);  // 2.1 to 2.3
  check(add(make_key(3), {{"a.ttir.tmp.pid_7_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a16", "x"}}),
        EntryKind::leftover);  // 3.0, 3.1
  check(add(make_key(4, cache::KeyEncoding::md5_hex), {{"a.json.tmp", "x"}, {"lock", ""}}),
        EntryKind::leftover);  // 2.0
  const fs::path empty_temporary = add_empty(root(), 5);
  fs::create_directory(empty_temporary / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a14");
  check(empty_temporary, EntryKind::leftover);
}

// TritonBundler's, at the level of keys, whole entries in them.
TEST_F(EntryKindTest, LeftoverInTheRoot) {
  KernelSpec spec;
  spec.key = "tmp.5e0c8d3c-2f7c-4c5e-9c43-0d6a5f6e7a11";
  check(add_kernel(root(), spec), EntryKind::leftover);
  spec.key = "named.tmp";
  check(add_kernel(root(), spec), EntryKind::kernel);
}

TEST_F(EntryKindTest, Foreign) {
  check(add("fxgraph", {{"ab/cd/entry", "x"}, {"readme", "y"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("lib", {{"mine.so", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("nothing", {}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("no-key", {{"add_kernel.ttir", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("Paper", {{"draft.source", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("a-directory-of-somebody-of-43-characters-12", {{"k.ttir", "x"}}), EntryKind::foreign,
        SkipReason::not_an_entry);
  check(add("tmp.Zx81kQp2Lm", {{"thesis.tex", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("tmp.0badcafe", {{"k.ttir", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("myproject", {{"tmp.data/results.csv", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("mine", {{"tmp.0badcafe/k.ttir", "x"}}), EntryKind::foreign, SkipReason::not_an_entry);
  check(add("locks", {{"a.lock", ""}, {"b.tmp", ""}}), EntryKind::foreign, SkipReason::not_an_entry);
}

TEST_F(EntryKindTest, OnlyALinkIsNoEmptyEntry) {
  const fs::path entry = add_empty(root(), 1);
  fs::create_symlink("/etc/passwd", entry / "link");
  EXPECT_TRUE(check(entry, EntryKind::partial).artifacts.empty());
}

// Its metadata without times of files is a later release's, whose group is missing.
TEST_F(EntryKindTest, ATriton20KernelNeedsItsTimes) {
  check(add(make_key(1), {{"a.json", R"({"num_warps": 4, "shared": 0, "name": "a"})"}, {"a.ttir", ""}}),
        EntryKind::partial);
}

TEST_F(EntryKindTest, SubdirectoriesAreSummed) {
  const fs::path entry = add_kernel(root());
  write_file(entry / "a/b/c/d/e/f/g/h/deep.txt", "12345");
  check(entry, EntryKind::kernel);
}

TEST_F(EntryKindTest, TooDeep) {
  const fs::path entry = add_kernel(root());
  const std::uint64_t counted = bytes_below(entry);
  write_file(entry / "1/2/3/4/5/6/7/8/9/deeper.txt", "12345");
  const model::Entry deep = read(entry);
  EXPECT_EQ(deep.records[0].kind, EntryKind::kernel);
  EXPECT_EQ(deep.records[0].problem, SkipReason::too_deep);
  EXPECT_EQ(total_bytes(deep), counted);
}

TEST_F(EntryKindTest, ManyLevels) {
  const fs::path entry = add_empty(root(), 1);
  fs::path at = entry;
  for (int i = 0; i < 40; ++i) at /= "d";
  fs::create_directories(at);
  EXPECT_EQ(read(entry).records[0].problem, SkipReason::too_deep);
}

}  // namespace
}  // namespace tcm::test
