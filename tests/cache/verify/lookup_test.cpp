// SPDX-License-Identifier: Apache-2.0
// What Triton does with what lies on disk, release by release, as its own code did it.
#include "core/cache/verify/lookup.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/cache/verify/looking.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

/// One thing done to a whole entry, and what each release makes of it.
struct Row {
  std::string damage;
  std::function<void(const fs::path& entry)> done;
  std::map<std::string, std::string> comes_to;  ///< from that release on
};

void edit(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = read_file(file);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  write_file(file, text.replace(at, from.size(), to));
}

void cut(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }

std::vector<Row> rows() {
  const auto remove = [](std::vector<std::string> names) {
    return [names](const fs::path& entry) {
      for (const std::string& name : names) fs::remove(entry / name);
    };
  };
  const auto group = [](std::string text) { return [text](const fs::path& e) { write_file(e / kGroup, text); }; };
  const auto meta = [](std::string text) {
    return [text](const fs::path& e) { write_file(e / "add_kernel.json", text); };
  };
  const auto meta_edit = [](std::string from, std::string to) {
    return [from, to](const fs::path& e) { edit(e / "add_kernel.json", from, to); };
  };
  const std::string crash = "crash-at-start ";
  return {
      {"nothing", [](const fs::path&) {}, {{"3.0", "hit"}}},
      {"IR deleted", remove({"add_kernel.ttir", "add_kernel.llir"}), {{"3.0", "hit"}, {"3.8", "miss text-missing"}}},
      {"binary deleted",
       remove({"add_kernel.cubin"}),
       {{"3.0", crash + "binary-missing"}, {"3.8", "miss binary-missing"}}},
      {"metadata deleted", remove({"add_kernel.json"}), {{"3.0", "miss metadata-missing"}}},
      {"group empty", group(""), {{"3.0", crash + "group-unreadable"}, {"3.7", "miss group-unreadable"}}},
      {"group cut",
       [](const fs::path& e) { cut(e / kGroup); },
       {{"3.0", crash + "group-unreadable"}, {"3.7", "miss group-unreadable"}}},
      {"group is a list", group("[]"), {{"3.0", crash + "group-malformed"}}},
      {"group is a text", group("\"x\""), {{"3.0", crash + "group-malformed"}}},
      {"group lists names",
       group(R"({"child_paths": ["add_kernel.json", "add_kernel.cubin"]})"),
       {{"2.1", "hit"}, {"3.0", crash + "group-wrong-shape"}}},
      {"paths are numbers",
       group(R"({"child_paths": {"add_kernel.json": 3.5}})"),
       {{"3.0", crash + "group-malformed"}}},
      {"group lists nothing", group(R"({"child_paths": {}})"), {{"3.0", "miss"}}},
      {"group without paths", group(R"({"child_paths": null})"), {{"3.0", "miss"}}},
      {"metadata empty", meta(""), {{"2.1", crash + "metadata-unreadable"}}},
      {"metadata cut", [](const fs::path& e) { cut(e / "add_kernel.json"); }, {{"2.1", crash + "metadata-unreadable"}}},
      {"metadata is a list", meta("[]"), {{"3.0", crash + "metadata-unreadable"}}},
      {"metadata without a target", meta_edit(R"("target")", R"("tarqet")"), {{"3.0", crash + "metadata-incomplete"}}},
      {"metadata without shared memory",
       meta_edit(R"("shared")", R"("shaped")"),
       {{"3.0", crash + "metadata-incomplete"}}},
      {"metadata without warps",
       meta_edit(R"("num_warps")", R"("num_warqs")"),
       {{"3.0", crash + "metadata-incomplete"}}},
      {"metadata with another backend",
       meta_edit(R"("backend":"cuda")", R"("backend":"buda")"),
       {{"3.0", crash + "metadata-incomplete"}}},
      {"a name that is none",
       meta_edit(R"("num_stages")", R"("num stages")"),
       {{"3.0", crash + "metadata-unreadable"}}},
      {"binary empty",
       [](const fs::path& e) { write_file(e / "add_kernel.cubin", ""); },
       {{"3.0", "fails-at-launch binary-truncated"}}},
      {"IR empty", [](const fs::path& e) { write_file(e / "add_kernel.ttir", ""); }, {{"3.0", "hit"}}},
      {"a dead writer's temporary",
       [](const fs::path& e) { write_file(e / "tmp.pid_1_b67426952" / "add_kernel.cubin", "x"); },
       {{"3.0", "hit"}}},
      {"a number that is none", meta_edit(R"("num_stages":3)", R"("num_stages":NaN)"), {{"3.0", "hit"}}},
  };
}

// Fields come and go with releases; this test is about what lies where.
KernelSpec for_every_release() {
  KernelSpec spec;
  spec.set = {{"/cluster_dims", "[1, 1, 1]"}};
  return spec;
}

TEST(Lookup, EveryRowOfEveryRelease) {
  for (const Row& row : rows()) {
    const TempDir dir;
    const fs::path entry = add_kernel(dir.path(), for_every_release());
    ASSERT_NO_FATAL_FAILURE(row.done(entry));
    for (const char* release :
         {"2.1", "2.2", "2.3", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9"}) {
      const auto expected = row.comes_to.upper_bound(release);
      if (expected == row.comes_to.begin()) continue;
      EXPECT_EQ(looked_up(entry, release), std::prev(expected)->second) << row.damage << ", Triton " << release;
    }
  }
}

TEST(Lookup, AGroupThatIsGoneIsNoKernel) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::remove(entry / kGroup);
  EXPECT_TRUE(kernels_of(entry).empty());
}

TEST(Lookup, AMovedCacheMisses) {
  const TempDir dir;
  KernelSpec spec = for_every_release();
  spec.group_root = "/was/here";
  const fs::path entry = add_kernel(dir.path(), spec);
  for (const char* release : {"3.0", "3.6", "3.8", "3.9"})
    EXPECT_EQ(looked_up(entry, release), "miss paths-elsewhere") << release;
  // Up to 2.3 there are no paths.
  EXPECT_EQ(looked_up(entry, "2.3"), "hit");
}

TEST(Lookup, ACopiedCacheReadsTheOldOne) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "/was/here";
  const fs::path entry = add_kernel(dir.path(), spec);
  cache::Viewpoint viewpoint = seen_by(entry, "3.6");
  viewpoint.is_elsewhere = [](const std::string& path) { return path.starts_with("/was/here/"); };
  const cache::Lookup lookup = cache::look_up(kernel_of(entry), viewpoint);
  EXPECT_EQ(lookup.outcome, cache::LookupOutcome::other_root);
  EXPECT_EQ(lookup.why, cache::FindingId::reads_another_root);
  // Without the old one's binary it fails, however whole this one's is.
  viewpoint.is_elsewhere = [](const std::string& path) { return path.ends_with(".json"); };
  EXPECT_EQ(cache::look_up(kernel_of(entry), viewpoint).outcome, cache::LookupOutcome::crash_at_start);
}

TEST(Lookup, RelativePathsMiss) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "cache";
  EXPECT_EQ(looked_up(add_kernel(dir.path(), spec), "3.6"), "miss paths-elsewhere");
}

TEST(Lookup, SeenAtTheRightPathItHits) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "/models/cache";
  const fs::path entry = add_kernel(dir.path(), spec);
  cache::Viewpoint viewpoint;
  viewpoint.roots = {"/models/cache"};
  EXPECT_EQ(cache::look_up(kernel_of(entry), viewpoint).outcome, cache::LookupOutcome::hit);
  viewpoint.roots = {"/models/cach"};
  EXPECT_EQ(cache::look_up(kernel_of(entry), viewpoint).outcome, cache::LookupOutcome::miss);
}

TEST(Lookup, FieldsOfItsOwnReleaseCount) {
  const TempDir dir;
  std::uint64_t seed = 1;
  const auto comes_to = [&](const std::string& version, const std::string& without) {
    KernelSpec spec;
    spec.seed = seed++;
    spec.set = {{"/triton_version", '"' + version + '"'}, {"/cluster_dims", "[1, 1, 1]"}};
    spec.erase = {without};
    return looked_up(add_kernel(dir.path(), spec));
  };
  EXPECT_EQ(comes_to("3.5.1", "/cluster_dims"), "crash-at-start metadata-incomplete");
  EXPECT_EQ(comes_to("3.6.0", "/cluster_dims"), "hit");
  EXPECT_EQ(comes_to("3.8.0", "/warp_size"), "hit");
  EXPECT_EQ(comes_to("3.9.0", "/warp_size"), "fails-at-launch metadata-incomplete");
  EXPECT_EQ(comes_to("3.6.0", "/launch_pdl"), "fails-at-launch metadata-incomplete");
  EXPECT_EQ(comes_to("3.6.0", "/profile_scratch_align"), "fails-at-launch metadata-incomplete");
}

TEST(Lookup, KernelsWithoutAVersionAreOfTheReleaseOfTheirKey) {
  const TempDir dir;
  KernelSpec spec;
  spec.encoding = cache::KeyEncoding::base64;
  spec.erase = {"/triton_version", "/warp_size"};
  const fs::path entry = add_kernel(dir.path(), spec);
  EXPECT_EQ(cache::release_for(kernel_of(entry), seen_by(entry, "own")), (cache::Release{3, 2}));
  EXPECT_EQ(looked_up(entry), "crash-at-start metadata-incomplete");  // cluster_dims
}

TEST(Lookup, LookedIntoFilesCount) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  cache::KernelOnDisk kernel = kernel_of(entry);
  kernel.damage = {cache::FindingId::binary_truncated, "add_kernel.cubin", "cut short"};
  EXPECT_EQ(cache::look_up(kernel, seen_by(entry, "3.6")).outcome, cache::LookupOutcome::fails_at_launch);
  kernel.damage = {cache::FindingId::text_not_utf8, "add_kernel.ttir", "not UTF-8"};
  EXPECT_EQ(cache::look_up(kernel, seen_by(entry, "3.6")).outcome, cache::LookupOutcome::crash_at_start);
}

// What a relocation would make a hit must be worth one.
TEST(Lookup, DamageBehindElsewhereIsFound) {
  const TempDir dir;
  KernelSpec spec;
  spec.group_root = "/was/here";
  const fs::path entry = add_kernel(dir.path(), spec);
  EXPECT_EQ(checked(entry, "3.6"), "paths-elsewhere");
  write_file(entry / "add_kernel.cubin", "");
  EXPECT_EQ(checked(entry, "3.6"), "paths-elsewhere binary-truncated");
  fs::remove(entry / "add_kernel.cubin");
  EXPECT_EQ(checked(entry, "3.9"), "paths-elsewhere binary-missing");
}

TEST(Lookup, WhatAMissHealsIsNoError) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(entry / kGroup, "");
  const auto severity = [&](const char* release) {
    return cache::check_kernel(kernel_of(entry), seen_by(entry, release)).front().severity;
  };
  EXPECT_EQ(severity("3.6"), cache::Severity::error);
  EXPECT_EQ(severity("3.7"), cache::Severity::warning);
}

TEST(Lookup, RealEntriesMissOnlyBecauseTheyWereMoved) {
  int kernels = 0;
  for (const fs::path& root : {data_dir() / "sample", data_dir() / "inductor/triton/0"})
    for (const auto& item : fs::directory_iterator(root)) {
      if (kernels_of(item.path()).empty()) continue;
      EXPECT_EQ(checked(item.path()), "paths-elsewhere") << item.path();
      ++kernels;
    }
  for (const auto& compiler : fs::directory_iterator(TCM_COMPILER_CACHES))
    for (const auto& item : fs::directory_iterator(compiler.path()))
      for (const cache::KernelOnDisk& kernel : kernels_of(item.path())) {
        for (const cache::Finding& finding : cache::check_kernel(kernel, seen_by(item.path(), "own")))
          EXPECT_EQ(finding.id, cache::FindingId::paths_elsewhere) << item.path() << ' ' << finding.detail;
        ++kernels;
      }
  EXPECT_GT(kernels, 12);
}

TEST(Lookup, AFileMayHaveTheNameOfALink) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::rename(entry / "add_kernel.cubin", dir / "kept");
  fs::create_symlink(dir / "kept", entry / "add_kernel.cubin");
  EXPECT_EQ(looked_up(entry, "3.6"), "hit unchecked");
}

}  // namespace
}  // namespace tcm::test
