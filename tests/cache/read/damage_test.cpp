// SPDX-License-Identifier: Apache-2.0
// Entries on which a hit fails: seen by the names and sizes of their files, and by the fields of their metadata.
#include <gtest/gtest.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;
using model::SkipReason;

class Damage : public testing::Test {
 protected:
  fs::path kernel(KernelSpec spec = {}) { return add_kernel(dir_.path(), spec); }

  static void expect_broken(const fs::path& entry, SkipReason reason, const std::string& detail) {
    const model::Record record = read_one(entry);
    EXPECT_EQ(record.kind, EntryKind::broken);
    EXPECT_EQ(record.problem, reason);
    EXPECT_EQ(record.problem_detail, detail);
    EXPECT_EQ(record.facts.name, "add_kernel") << "what is known of it stays known";
    EXPECT_EQ(record.facts.arch, "90");
  }

  static void expect_sound(const fs::path& entry, const cache::Naming& naming = plugin_naming()) {
    const model::Record record = read_one(entry, naming);
    EXPECT_EQ(record.kind, EntryKind::kernel) << record.problem_detail;
    EXPECT_EQ(record.problem, SkipReason::none);
  }

  const TempDir dir_;
};

TEST_F(Damage, AMissingBinary) {
  const fs::path entry = kernel();
  fs::remove(entry / "add_kernel.cubin");
  expect_broken(entry, SkipReason::binary_missing, "add_kernel.cubin: not in the entry");
}

TEST_F(Damage, AnEmptyBinary) {
  const fs::path entry = kernel();
  fs::resize_file(entry / "add_kernel.cubin", 0);
  expect_broken(entry, SkipReason::binary_empty, "add_kernel.cubin: empty file");
}

TEST_F(Damage, AGroupWithoutABinary) {
  KernelSpec spec;
  spec.drop = {".cubin"};
  expect_broken(kernel(spec), SkipReason::binary_missing, "__grp__add_kernel.json: lists no binary");
}

TEST_F(Damage, AnotherMissingFile) {
  KernelSpec spec;
  spec.files = {{"add_kernel.table", "x"}};
  const fs::path entry = kernel(spec);
  expect_sound(entry);
  fs::remove(entry / "add_kernel.table");
  expect_broken(entry, SkipReason::file_missing, "add_kernel.table: not in the entry");
}

TEST_F(Damage, MetadataWithoutAFieldThatEveryHitReads) {
  KernelSpec spec;
  spec.erase = {"/shared", "/target/warp_size"};
  expect_broken(kernel(spec), SkipReason::metadata_incomplete, "add_kernel.json: lacks shared, target.warp_size");
}

TEST_F(Damage, WhatReleasesNeedDiffers) {
  KernelSpec spec;
  for (const char* version : {"3.6.0", "3.7.1", "3.8.0+git1234"}) {
    spec.set = {{"/triton_version", std::string("\"") + version + '"'}};
    spec.erase = {"/warp_size", "/cluster_dims"};
    ++spec.seed;
    expect_sound(kernel(spec));
  }
  spec.set = {{"/triton_version", "\"3.5.1\""}};
  spec.seed = 10;
  expect_broken(kernel(spec), SkipReason::metadata_incomplete, "add_kernel.json: lacks cluster_dims");
  spec.set = {{"/triton_version", "\"3.9.0\""}};
  spec.seed = 11;
  expect_broken(kernel(spec), SkipReason::metadata_incomplete, "add_kernel.json: lacks warp_size");
}

// Triton up to 3.7 hits without them, later releases compile again.
TEST_F(Damage, MissingIrAndAssemblyHarmNobody) {
  const fs::path entry = kernel();
  for (const char* extension : {".ttir", ".ttgir", ".llir", ".ptx", ".source"})
    fs::remove(entry / (std::string("add_kernel") + extension));
  expect_sound(entry);
}

TEST_F(Damage, WithoutABackendNobodyKnowsWhatABinaryIs) {
  const fs::path entry = kernel();
  fs::remove(entry / "add_kernel.cubin");
  expect_sound(entry, cache::Naming{});
  for (const fs::path& other :
       {add_xpu_kernel(dir_.path(), 50, true), add_npu_kernel(dir_.path(), 51), add_cpu_kernel(dir_.path(), 52)}) {
    expect_sound(other);
    for (const auto& file : fs::directory_iterator(other))
      if (file.path().extension() != ".json") fs::remove(file.path());
    expect_sound(other);
  }
}

// Triton 2 runs the stage again whose file is missing.
TEST_F(Damage, Triton2MakesWhatIsMissing) {
  for (const fs::path& entry : {add_triton20_kernel(dir_.path(), 60), add_triton21_kernel(dir_.path(), 61)}) {
    for (const auto& file : fs::directory_iterator(entry))
      if (file.path().extension() == ".cubin") fs::remove(file.path());
    expect_sound(entry);
  }
}

// Such a group is a miss, after which Triton writes all of it again.
TEST_F(Damage, AGroupThatListsNothingHeals) {
  const fs::path entry = kernel();
  write_file(entry / "__grp__add_kernel.json", R"({"child_paths": {}})");
  fs::remove(entry / "add_kernel.cubin");
  expect_sound(entry);
}

}  // namespace
}  // namespace tcm::test
