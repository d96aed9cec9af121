// SPDX-License-Identifier: Apache-2.0
// Entries that hold kernels, as Triton's releases write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::KeyEncoding;
using model::ArtifactKind;
using model::EntryKind;
using model::SkipReason;
using testing::Optional;

TEST(KernelEntry, ARealOneInFull) {
  const fs::path entry = data_dir() / "sample" / kCuda90;
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.problem, SkipReason::none);
  EXPECT_EQ(record.facts.name, "add_kernel");
  EXPECT_EQ(record.facts.backend, "cuda");
  EXPECT_EQ(record.facts.arch, "90");
  EXPECT_EQ(record.facts.triton_version, "3.6.0");
  EXPECT_THAT(record.facts.num_warps, Optional(4));
  EXPECT_THAT(record.facts.num_stages, Optional(3));
  EXPECT_THAT(record.facts.warp_size, Optional(32));
  EXPECT_EQ(record.facts.metadata, read_file(entry / "add_kernel.json"));
  ASSERT_EQ(record.artifacts.size(), 8U);
  EXPECT_EQ(artifact(record, "__grp__add_kernel.json").kind, ArtifactKind::group);
  EXPECT_EQ(artifact(record, "add_kernel.json").kind, ArtifactKind::metadata);
  EXPECT_EQ(artifact(record, "add_kernel.ttir").kind, ArtifactKind::ir);
  EXPECT_EQ(artifact(record, "add_kernel.ttgir").kind, ArtifactKind::ir);
  EXPECT_EQ(artifact(record, "add_kernel.llir").kind, ArtifactKind::ir);
  EXPECT_EQ(artifact(record, "add_kernel.source").kind, ArtifactKind::source);
  EXPECT_EQ(artifact(record, "add_kernel.ptx").kind, ArtifactKind::assembly);
  EXPECT_EQ(artifact(record, "add_kernel.cubin").kind, ArtifactKind::binary);
  EXPECT_EQ(artifact(record, "add_kernel.cubin").type, "cubin");
  EXPECT_EQ(artifact(record, "add_kernel.cubin").bytes, fs::file_size(entry / "add_kernel.cubin"));
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
}

TEST(KernelEntry, TheSample) {
  const cache::Root root = open_root(data_dir() / "sample");
  for (const auto& [key, backend, arch] : {std::tuple{kCuda80, "cuda", "80"},
                                           {kCuda90, "cuda", "90"},
                                           {kHip90a, "hip", "gfx90a"},
                                           {kHip942, "hip", "gfx942"}}) {
    const model::Entry entry = root.read_entry(std::string(key), plugin_naming());
    ASSERT_EQ(entry.records.size(), 1U);
    EXPECT_EQ(entry.records[0].facts.backend, backend);
    EXPECT_EQ(entry.records[0].facts.arch, arch);
    EXPECT_EQ(entry.key, key);
  }
}

TEST(KernelEntry, WithoutPluginsEverythingIsStillThere) {
  const fs::path entry = data_dir() / "sample" / kCuda90;
  const cache::FileTypes none;
  for (const cache::Naming& naming : {cache::Naming{&none, {}}, cache::Naming{}}) {
    const model::Record record = read_one(entry, naming);
    EXPECT_EQ(record.kind, EntryKind::kernel);
    EXPECT_EQ(record.facts.backend, "cuda");
    EXPECT_EQ(record.facts.arch, "90");
    EXPECT_EQ(artifact(record, "add_kernel.cubin").kind, ArtifactKind::other);
    EXPECT_EQ(artifact(record, "add_kernel.cubin").type, "cubin");
    EXPECT_EQ(artifact(record, "add_kernel.ttir").kind, ArtifactKind::ir);
    EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
  }
  EXPECT_EQ(read_one(data_dir() / "sample" / kHip942, cache::Naming{}).facts.arch, "gfx942");
}

TEST(KernelEntry, EveryKeyEncoding) {
  const TempDir dir;
  std::uint64_t seed = 1;
  for (const KeyEncoding encoding : {KeyEncoding::md5_hex, KeyEncoding::sha256_hex, KeyEncoding::base64,
                                     KeyEncoding::base64_md5, KeyEncoding::base32, KeyEncoding::base32_md5}) {
    KernelSpec spec;
    spec.encoding = encoding;
    spec.seed = seed++;
    EXPECT_EQ(read_one(add_kernel(dir.path(), spec)).kind, EntryKind::kernel);
  }
}

TEST(KernelEntry, AnUnknownKeyEncoding) {
  const TempDir dir;
  KernelSpec spec;
  spec.key = "v9.some-future-key";
  EXPECT_EQ(read_one(add_kernel(dir.path(), spec)).kind, EntryKind::kernel);
}

// Triton 2.1 to 2.3 list the names of a group without paths.
TEST(KernelEntry, GroupAsAList) {
  const TempDir dir;
  KernelSpec spec;
  spec.group = GroupShape::list;
  const fs::path entry = add_kernel(dir.path(), spec);
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.artifacts.size(), 8U);
}

// The paths in a group are where the cache once was; even when they exist, what lies there is not this cache's.
TEST(KernelEntry, PathsElsewhereAreNotOpened) {
  const TempDir dir;
  KernelSpec decoy;
  decoy.set = {{"/name", "\"decoy\""}};
  const fs::path other = add_kernel(dir / "old", decoy);
  KernelSpec spec;
  spec.group_root = (dir / "old").string();
  const fs::path entry = add_kernel(dir / "new", spec);
  EXPECT_EQ(read_one(entry).facts.name, "add_kernel");

  fs::remove(entry / "add_kernel.json");  // the one that the group names is still there, outside
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::broken);
  EXPECT_EQ(record.problem, SkipReason::metadata_missing);
  EXPECT_TRUE(fs::exists(other / "add_kernel.json"));
}

TEST(KernelEntry, MovedAndCopiedCachesReadTheSame) {
  const TempDir dir;
  copy_tree(data_dir() / "sample", dir / "a");
  fs::rename(dir / "a", dir / "b");
  for (const std::string_view key : {kCuda80, kCuda90, kHip90a, kHip942}) {
    const model::Record moved = read_one(dir / "b" / key);
    const model::Record original = read_one(data_dir() / "sample" / key);
    EXPECT_EQ(moved.facts.metadata, original.facts.metadata);
    EXPECT_EQ(moved.artifacts.size(), original.artifacts.size());
  }
}

// An entry may hold several kernels, each with a group of its own.
TEST(KernelEntry, SeveralGroupsAreSeveralKernels) {
  const TempDir dir;
  KernelSpec spec;
  spec.key = make_key(1);
  spec.name = "b_kernel";
  add_kernel(dir.path(), spec);
  spec.name = "a_kernel";
  spec.source = kHip942;
  const fs::path entry = add_kernel(dir.path(), spec);
  write_file(entry / "b_kernel.extra", "of b by its stem");
  write_file(entry / "stray.txt", "of nobody: the first takes it");
  write_file(entry / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/b_kernel.ttir", "of b by its stem");

  const model::Entry both = read(entry);
  ASSERT_EQ(both.records.size(), 2U);
  EXPECT_EQ(both.records[0].facts.name, "a_kernel");
  EXPECT_EQ(both.records[0].facts.backend, "hip");
  EXPECT_EQ(both.records[1].facts.name, "b_kernel");
  EXPECT_EQ(both.records[1].facts.backend, "cuda");
  EXPECT_EQ(both.records[0].artifacts.size(), 9U);
  EXPECT_EQ(both.records[1].artifacts.size(), 10U);
  EXPECT_EQ(artifact(both.records[0], "stray.txt").bytes, 29U);
  EXPECT_EQ(artifact(both.records[1], "b_kernel.extra").bytes, 16U);
  EXPECT_EQ(artifact(both.records[1], "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/b_kernel.ttir").bytes, 16U);
  EXPECT_EQ(total_bytes(both), bytes_below(entry));
}

TEST(KernelEntry, OneGroupBrokenOneGood) {
  const TempDir dir;
  KernelSpec spec;
  spec.key = make_key(1);
  spec.name = "good";
  add_kernel(dir.path(), spec);
  spec.name = "bad";
  const fs::path entry = add_kernel(dir.path(), spec);
  write_file(entry / "__grp__bad.json", "{");
  const model::Entry both = read(entry);
  ASSERT_EQ(both.records.size(), 2U);
  EXPECT_EQ(both.records[0].facts.name, "bad");
  EXPECT_EQ(both.records[0].kind, EntryKind::broken);
  EXPECT_EQ(both.records[0].artifacts.size(), 8U);
  EXPECT_EQ(both.records[1].facts.name, "good");
  EXPECT_EQ(both.records[1].kind, EntryKind::kernel);
  EXPECT_EQ(both.records[1].artifacts.size(), 8U);
  EXPECT_EQ(total_bytes(both), bytes_below(entry));
}

TEST(KernelEntry, AFileBelongsToTheFirstThatListsIt) {
  const TempDir dir;
  const std::string target = R"("target": {"backend": "cuda", "arch": 90})";
  const fs::path entry = add_entry(dir.path(), make_key(1),
                                   {{"__grp__a.json", R"({"child_paths": ["a.json", "shared.bin", "__grp__b.json"]})"},
                                    {"__grp__b.json", R"({"child_paths": ["b.json", "shared.bin", "a.json"]})"},
                                    {"a.json", "{" + target + "}"},
                                    {"b.json", "{" + target + "}"},
                                    {"shared.bin", "x"}});
  const model::Entry both = read(entry);
  ASSERT_EQ(both.records.size(), 2U);
  EXPECT_EQ(both.records[0].artifacts.size(), 3U);
  EXPECT_EQ(both.records[1].artifacts.size(), 2U);
  EXPECT_EQ(total_bytes(both), bytes_below(entry));
}

// A cache without its IR: the group lists what is not there any more.
TEST(KernelEntry, ListedFilesMayBeGone) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  for (const char* extension : {"ttir", "ttgir", "llir", "ptx", "source"})
    fs::remove(entry / (std::string("add_kernel.") + extension));
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.artifacts.size(), 3U);
}

TEST(KernelEntry, AGroupWithoutChildrenIsStillAKernel) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(entry / "__grp__add_kernel.json", R"({"child_paths": {}})");
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.artifacts.size(), 8U);
}

// The metadata's file name need not be the group's.
TEST(KernelEntry, MetadataUnderAnotherName) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  fs::rename(entry / "add_kernel.json", entry / "other.json");
  write_file(entry / "__grp__add_kernel.json",
             R"({"child_paths": ["__grp__x.json", "gone.json", "other.json", "add_kernel.cubin"]})");
  EXPECT_EQ(read_one(entry).kind, EntryKind::kernel);
}

TEST(KernelEntry, Triton20) {
  const TempDir dir;
  const fs::path entry = add_triton20_kernel(dir.path(), 1);
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.name, "add_kernel");
  EXPECT_EQ(record.facts.backend, "cuda");  // told by its files
  EXPECT_EQ(record.facts.arch, "");
  EXPECT_EQ(record.facts.triton_version, "");
  EXPECT_THAT(record.facts.shared_bytes, Optional(512));
  EXPECT_EQ(artifact(record, "add_kernel.cubin").kind, ArtifactKind::binary);
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
}

TEST(KernelEntry, Triton21) {
  const TempDir dir;
  const model::Record record = read_one(add_triton21_kernel(dir.path(), 1));
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.name, "add_kernel_0d1d2d");
  EXPECT_EQ(record.facts.backend, "cuda");
  EXPECT_EQ(record.facts.arch, "80");
  EXPECT_EQ(record.artifacts.size(), 4U);
}

// No release writes all the fields that earlier tools demanded.
TEST(KernelEntry, FieldsThatReleasesDoNotWrite) {
  const TempDir dir;
  KernelSpec spec;
  spec.erase = {"/triton_version", "/backend_name", "/num_stages", "/warp_size"};
  const model::Record record = read_one(add_kernel(dir.path(), spec));
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.triton_version, "");
  EXPECT_THAT(record.facts.warp_size, Optional(32));
}

// Earlier tools lost the whole kernel over a field of another type.
TEST(KernelEntry, FieldsOfOtherTypes) {
  const TempDir dir;
  std::uint64_t seed = 1;
  for (const auto& [field, value] : {std::pair{"/ptx_version", "84"},
                                     {"/num_stages", "null"},
                                     {"/launch_cooperative_grid", "null"},
                                     {"/max_num_imprecise_acc_default", "null"},
                                     {"/extern_libs", R"({"libdevice": "/a.bc"})"}}) {
    KernelSpec spec;
    spec.seed = seed++;
    spec.set = {{field, value}};
    EXPECT_EQ(read_one(add_kernel(dir.path(), spec)).kind, EntryKind::kernel) << field;
  }
}

TEST(KernelEntry, NameFallsBackToTheStem) {
  const TempDir dir;
  KernelSpec spec;
  spec.erase = {"/name"};
  EXPECT_EQ(read_one(add_kernel(dir.path(), spec)).facts.name, "add_kernel");
}

TEST(KernelEntry, ArchitectureGoesThroughTheBackend) {
  const TempDir dir;
  cache::Naming naming = plugin_naming();
  naming.arch_of = [](std::string_view target, std::string_view arch) {
    return std::string(target) + "|" + std::string(arch);
  };
  EXPECT_EQ(read_one(data_dir() / "sample" / kHip942, naming).facts.arch, "hip|\"gfx942\"");
  KernelSpec spec;
  spec.erase = {"/target/arch", "/arch"};
  EXPECT_EQ(read_one(add_kernel(dir.path(), spec), naming).facts.arch, "");
}

TEST(KernelEntry, TemporariesInsideAreCountedAsOther) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  write_file(entry / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir", "half");
  write_file(entry / "add_kernel.cubin.tmp.pid_9_8", "older half");
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(artifact(record, "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir").kind,
            ArtifactKind::other);
  EXPECT_EQ(artifact(record, "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir").type, "tmp");
  EXPECT_EQ(artifact(record, "add_kernel.cubin.tmp.pid_9_8").kind, ArtifactKind::other);
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
}

}  // namespace
}  // namespace tcm::test
