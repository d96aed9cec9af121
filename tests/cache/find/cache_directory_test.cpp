// SPDX-License-Identifier: Apache-2.0
#include "core/cache/find/cache_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::CacheDirectory;
using cache::find_roots;
using model::Layout;
using testing::ElementsAre;
using testing::HasSubstr;

CacheDirectory found(const fs::path& path, std::optional<Layout> layout = {}) {
  auto directory = find_roots(path.string(), layout);
  EXPECT_TRUE(directory) << directory.error().message;
  return directory ? std::move(*directory) : CacheDirectory{};
}

Error refused(const fs::path& path, std::optional<Layout> layout = {}) {
  auto directory = find_roots(path.string(), layout);
  EXPECT_FALSE(directory) << path;
  return directory ? Error{} : directory.error();
}

// The roots relative to the cache directory.
std::vector<std::string> roots(const CacheDirectory& directory) {
  std::vector<std::string> paths;
  for (const auto& root : directory.roots) {
    EXPECT_EQ(root.cache_dir, directory.path);
    paths.push_back(fs::path(root.path).lexically_relative(directory.path).string());
  }
  return paths;
}

TEST(FindRoots, APlainRoot) {
  const CacheDirectory sample = found(data_dir() / "sample");
  EXPECT_EQ(sample.layout, Layout::triton);
  EXPECT_THAT(roots(sample), ElementsAre("."));
  EXPECT_EQ(sample.roots[0].layout, Layout::triton);
  EXPECT_EQ(sample.other_files.files, 0U);
}

// One directory has one identity, however it is spelled.
TEST(FindRoots, AnySpellingIsOne) {
  const TempDir dir;
  add_kernels(dir / "a", 1);
  fs::create_directory_symlink(dir / "a", dir / "link");
  const std::string real = (dir / "a").string();
  for (const fs::path& spelling : {dir / "a/", dir / "./a/.", dir / "link", dir / "link/../a", dir / "a//"})
    EXPECT_EQ(found(spelling).roots.at(0).path, real) << spelling;
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  EXPECT_EQ(found("a").path, real);
  EXPECT_EQ(found("./link").path, real);
  fs::current_path(before);
}

TEST(FindRoots, ARealInductorDirectory) {
  const CacheDirectory inductor = found(data_dir() / "inductor");
  EXPECT_EQ(inductor.layout, Layout::inductor);
  EXPECT_THAT(roots(inductor), ElementsAre("triton/0"));
  EXPECT_EQ(inductor.roots[0].layout, Layout::inductor);
  EXPECT_EQ(inductor.other_files.files, 3U);
  EXPECT_EQ(inductor.other_files.bytes, bytes_below(inductor.path) - bytes_below(inductor.roots[0].path));
}

TEST(FindRoots, InductorWithSeveralDevices) {
  const TempDir dir;
  const CacheDirectory inductor = found(make_inductor(dir / "torchinductor_me", 3));
  EXPECT_EQ(inductor.layout, Layout::inductor);
  EXPECT_THAT(roots(inductor), ElementsAre("triton/0", "triton/1", "triton/2"));
  EXPECT_EQ(inductor.other_files.files, 4U);
  EXPECT_THAT(roots(found(dir / "torchinductor_me/triton")), ElementsAre("0", "1", "2"));
  EXPECT_EQ(found(dir / "torchinductor_me/triton/1").layout, Layout::triton);
}

TEST(FindRoots, AnUnusedDeviceIsARoot) {
  const TempDir dir;
  make_inductor(dir / "i", 1);
  fs::create_directory(dir / "i/triton/1");
  EXPECT_THAT(roots(found(dir / "i")), ElementsAre("triton/0", "triton/1"));
}

TEST(FindRoots, Vllm) {
  const TempDir dir;
  const CacheDirectory vllm = found(make_vllm(dir / "vllm", 2));
  EXPECT_EQ(vllm.layout, Layout::vllm);
  const std::string rank = "torch_compile_cache/d4ec7c2a7d/rank_";
  EXPECT_THAT(roots(vllm), ElementsAre(rank + "0_0/inductor_cache/triton/0", rank + "0_0/triton_cache",
                                       rank + "1_0/inductor_cache/triton/0", rank + "1_0/triton_cache"));
  for (const auto& root : vllm.roots) EXPECT_EQ(root.layout, Layout::vllm);
  std::uint64_t in_roots = 0;
  for (const auto& root : vllm.roots) in_roots += bytes_below(root.path);
  EXPECT_EQ(vllm.other_files.bytes, bytes_below(vllm.path) - in_roots);
  EXPECT_EQ(vllm.other_files.files, 2U * 6 + 1);
  // From inside, too.
  EXPECT_EQ(found(dir / "vllm" / (rank + "0_0")).layout, Layout::vllm);
  EXPECT_EQ(found(dir / "vllm/torch_compile_cache").roots.size(), 4U);
}

// What vLLM compiles ahead of time, from 0.33 on, lies next to the ranks.
TEST(FindRoots, VllmsCompiledAheadOfTime) {
  const TempDir dir;
  const std::string root = "torch_compile_cache/torch_aot_compile/" + std::string(64, 'a') + "/inductor_cache/triton/0";
  add_kernels(dir / root, 1);
  for (const std::optional<Layout> layout : {std::optional<Layout>(), std::optional(Layout::vllm)}) {
    const CacheDirectory vllm = found(dir.path(), layout);
    EXPECT_EQ(vllm.layout, Layout::vllm);
    EXPECT_THAT(roots(vllm), ElementsAre(root));
  }
}

TEST(FindRoots, VllmsInductorTreesAlone) {
  const TempDir dir;
  make_vllm(dir / "vllm", 1);
  const CacheDirectory inductor = found(dir / "vllm", Layout::inductor);
  EXPECT_THAT(roots(inductor), ElementsAre("torch_compile_cache/d4ec7c2a7d/rank_0_0/inductor_cache/triton/0"));
  EXPECT_EQ(inductor.layout, Layout::inductor);
}

TEST(FindRoots, TritonsHome) {
  const TempDir dir;
  add_kernels(dir / ".triton/cache", 2);
  KernelSpec dumped;  // dumps and overrides hold IR in directories named like keys; they are no cache
  dumped.group = GroupShape::none;
  dumped.drop = {".json"};
  add_kernel(dir / ".triton/dump", dumped);
  add_kernel(dir / ".triton/override", dumped);
  write_file(dir / ".triton/llvm/llvm-ubuntu-x64/bin/mlir-opt", "elf");
  const CacheDirectory home = found(dir / ".triton");
  EXPECT_EQ(home.layout, Layout::triton);
  EXPECT_THAT(roots(home), ElementsAre("cache"));
  EXPECT_EQ(home.other_files.bytes, bytes_below(home.path) - bytes_below(dir / ".triton/cache"));
}

TEST(FindRoots, OneRootForEachProcessOrRank) {
  const TempDir dir;
  for (const char* name : {"cache_100", "cache_200", "rank_3"}) add_kernels(dir / name, 1);
  EXPECT_THAT(roots(found(dir.path())), ElementsAre("cache_100", "cache_200", "rank_3"));
  EXPECT_EQ(found(dir.path()).layout, Layout::triton);
}

TEST(FindRoots, EveryEncodingMarksARoot) {
  using cache::KeyEncoding;
  for (const KeyEncoding encoding : {KeyEncoding::md5_hex, KeyEncoding::sha256_hex, KeyEncoding::base64,
                                     KeyEncoding::base64_md5, KeyEncoding::base32, KeyEncoding::base32_md5}) {
    const TempDir dir;
    KernelSpec spec;
    spec.encoding = encoding;
    add_kernel(dir / "c", spec);
    EXPECT_THAT(roots(found(dir.path())), ElementsAre("c"));
  }
}

TEST(FindRoots, OtherEntriesMarkARootToo) {
  for (const auto add : {+[](const fs::path& root) { return add_module(root, 1, "x.so"); },
                         +[](const fs::path& root) { return add_autotune(root, 1, "x"); },
                         +[](const fs::path& root) { return add_leftover(root, 1); },
                         +[](const fs::path& root) { return add_triton20_kernel(root, 1); },
                         +[](const fs::path& root) {
                           KernelSpec spec;
                           spec.key = "an unknown encoding";
                           return add_kernel(root, spec);
                         }}) {
    const TempDir dir;
    add(dir / "above/c");
    EXPECT_THAT(roots(found(dir.path())), ElementsAre("above/c"));
  }
}

TEST(FindRoots, AnEmptyDirectoryWithAKeysNameProvesNothing) {
  const TempDir dir;
  const std::string real = "torchinductor_user/triton/0";
  add_kernels(dir / real, 1);
  write_file(dir / "tmp.Zx81kQp2Lm/thesis.tex", "mine");
  fs::create_directory(dir / "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_THAT(roots(found(dir.path())), ElementsAre(real));
  fs::create_directories(dir / "other" / make_key(1));
  EXPECT_THAT(roots(found(dir / "other")), ElementsAre(".")) << "nothing else in it, and the user names it";
}

// Other tools name directories by digests as well.
TEST(FindRoots, OtherToolsDigestsAreNoKeys) {
  const TempDir dir;
  add_kernels(dir / "real", 1);
  const std::string sha = make_key(7, cache::KeyEncoding::sha256_hex);
  write_file(dir / "torch_aot_compile" / sha / "rank_0_0/model", "x");
  write_file(dir / "blobs" / sha / "data", "x");
  write_file(dir / "fxgraph/ab" / make_key(7, cache::KeyEncoding::base64) / "entry", "x");
  write_file(dir / "words/torch_compile_cache_v1/x.json", "{}");
  write_file(dir / "words" / std::string(43, 'w') / "x.json", "{}");
  EXPECT_THAT(roots(found(dir.path())), ElementsAre("real"));
  EXPECT_EQ(found(dir.path()).other_files.files, 5U);
}

TEST(FindRoots, AnUnusedCacheIsARoot) {
  const TempDir dir;
  fs::create_directory(dir / "empty");
  EXPECT_THAT(roots(found(dir / "empty")), ElementsAre("."));
  write_file(dir / "loose/some.lock", "");
  EXPECT_THAT(roots(found(dir / "loose")), ElementsAre("."));
  EXPECT_EQ(found(dir / "loose").other_files.files, 0U);
  add_partial(dir / "partial", 1);
  EXPECT_THAT(roots(found(dir / "partial")), ElementsAre("."));
}

TEST(FindRoots, SomethingElseIsNone) {
  const TempDir dir;
  write_file(dir / "project/src/main.c", "int main;");
  EXPECT_EQ(refused(dir / "project").code, ErrorCode::missing);
  EXPECT_THAT(refused(dir / "project").message, HasSubstr((dir / "project").string()));
  EXPECT_THAT(refused(dir / "project").message, HasSubstr("--layout triton"));
  EXPECT_THAT(roots(found(dir / "project", Layout::triton)), ElementsAre("."));
}

TEST(FindRoots, AnEntryIsNone) {
  EXPECT_THAT(refused(data_dir() / "sample" / kCuda80).message, HasSubstr("the directory above"));
}

TEST(FindRoots, LayoutsAskedForButNotThere) {
  const TempDir dir;
  add_kernels(dir / "plain", 1);
  EXPECT_EQ(refused(dir / "plain", Layout::inductor).code, ErrorCode::missing);
  EXPECT_EQ(refused(dir / "plain", Layout::vllm).code, ErrorCode::missing);
  make_inductor(dir / "inductor", 1);
  EXPECT_EQ(refused(dir / "inductor", Layout::vllm).code, ErrorCode::missing);
  EXPECT_THAT(roots(found(dir / "inductor", Layout::inductor)), ElementsAre("triton/0"));
  EXPECT_THAT(roots(found(dir / "inductor", Layout::triton)), ElementsAre("."));
}

TEST(FindRoots, ARootThatIsAnInductorDirectoryToo) {
  const TempDir dir;
  make_inductor(dir.path(), 1);
  add_kernels(dir.path(), 3, 500);
  EXPECT_THAT(roots(found(dir.path(), Layout::inductor)), ElementsAre("triton/0"));
  EXPECT_THAT(roots(found(dir.path())), ElementsAre("."));
}

TEST(FindRoots, PathsThatAreNone) {
  const TempDir dir;
  write_file(dir / "file", "x");
  EXPECT_EQ(refused(dir / "none").code, ErrorCode::missing);
  EXPECT_THAT(refused(dir / "none").message, HasSubstr((dir / "none").string()));
  EXPECT_EQ(refused(dir / "file").code, ErrorCode::missing);
  EXPECT_EQ(refused("").code, ErrorCode::usage);
  EXPECT_EQ(refused(dir / "file/below").code, ErrorCode::failed);
  EXPECT_EQ(refused(fs::path(std::string("a\0b", 3))).code, ErrorCode::failed);
}

TEST(FindRoots, LinksBelowAreNotFollowed) {
  const TempDir dir;
  add_kernels(dir / "outside/triton/0", 2);
  fs::create_directories(dir / "in/triton");
  add_kernels(dir / "in/triton/1", 1);
  fs::create_directory_symlink(dir / "outside", dir / "in/link");
  fs::create_directory_symlink(dir / "outside/triton/0", dir / "in/triton/0");
  fs::create_directory_symlink(dir.path(), dir / "in/loop");
  write_file(dir / "in/file", "12345");
  fs::create_symlink(dir / "in/file", dir / "in/file link");
  const CacheDirectory in = found(dir / "in");
  EXPECT_THAT(roots(in), ElementsAre("triton/1"));
  EXPECT_EQ(in.other_files.files, 1U);
  EXPECT_EQ(in.other_files.bytes, 5U);
}

TEST(FindRoots, Deep) {
  const TempDir dir;
  add_kernels(dir / "1/2/3/4/5/6/7/8", 1);
  EXPECT_EQ(roots(found(dir.path())).size(), 1U);
  add_kernels(dir / "far/1/2/3/4/5/6/7/8/9", 1);
  EXPECT_EQ(roots(found(dir.path())).size(), 1U);
  fs::path deep = dir / "deep";
  for (int i = 0; i < 40; ++i) deep /= "d";
  fs::create_directories(deep);
  const CacheDirectory directory = found(dir.path());
  ASSERT_EQ(directory.problems.size(), 1U);
  EXPECT_THAT(directory.problems[0].message, HasSubstr("deep"));
}

TEST(FindRoots, NamesOfAnyBytes) {
  const TempDir dir;
  const std::string name = "a \xff\n\x1b[31m";
  add_kernels(dir / name / "triton/0", 1);
  EXPECT_THAT(roots(found(dir.path())), ElementsAre(name + "/triton/0"));
}

// "PATH MESSAGE" of each problem, as another user meets them.
std::string seen_by_others(const fs::path& path) {
  return as_ordinary_user([&] {
    const auto directory = find_roots(path.string(), {});
    if (!directory) return std::string(directory.error().code == ErrorCode::denied ? "denied" : "other");
    std::string told = std::to_string(directory->roots.size()) + " roots;";
    for (const auto& problem : directory->problems) told += " " + problem.path + " " + problem.message;
    return told;
  });
}

TEST(FindRoots, UnreadableDirectories) {
  const TempDir dir;
  make_inductor(dir / "i", 1);
  fs::permissions(dir / "i/fxgraph", fs::perms::none);
  EXPECT_EQ(seen_by_others(dir / "i"), "1 roots; " + (dir / "i/fxgraph").string() + " Permission denied");
  fs::permissions(dir / "i", fs::perms::none);
  EXPECT_EQ(seen_by_others(dir / "i"), "denied");
  EXPECT_EQ(seen_by_others(dir / "i/triton"), "denied");
}

// Opening a file would change when it was last read.
TEST(FindRoots, OpensNoFile) {
  const TempDir dir;
  make_vllm(dir / "vllm", 1);
  for (const auto& item : fs::recursive_directory_iterator(dir / "vllm"))
    if (item.is_regular_file()) fs::permissions(item.path(), fs::perms::none);
  EXPECT_EQ(seen_by_others(dir / "vllm"), "2 roots;");
}

}  // namespace
}  // namespace tcm::test
