// SPDX-License-Identifier: Apache-2.0
// Kernels of backends that no plugin here knows: nothing may be lost of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::ArtifactKind;
using model::EntryKind;
using testing::HasSubstr;
using testing::Optional;

TEST(BackendEntry, ArchAsAnObject) {
  const TempDir dir;
  const fs::path entry = add_xpu_kernel(dir.path(), 1, false);
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.backend, "xpu");
  EXPECT_THAT(record.facts.arch, HasSubstr(R"("sub_group_sizes":[16,32])"));
  EXPECT_THAT(record.facts.metadata, HasSubstr("build_flags"));
  EXPECT_EQ(artifact(record, "add_kernel.spv").kind, ArtifactKind::other);
  EXPECT_EQ(artifact(record, "add_kernel.spv").type, "spv");
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
}

TEST(BackendEntry, MetadataNamesTheBinary) {
  const TempDir dir;
  const model::Record record = read_one(add_xpu_kernel(dir.path(), 1, true));
  EXPECT_EQ(artifact(record, "add_kernel.zebin").kind, ArtifactKind::binary);
  EXPECT_EQ(artifact(record, "add_kernel.zebin").type, "zebin");
  EXPECT_EQ(artifact(record, "add_kernel.spv").kind, ArtifactKind::other);
}

TEST(BackendEntry, APluginKnowsBetter) {
  const TempDir dir;
  cache::FileTypes types;
  types.add("xpu", ".zebin", {ArtifactKind::assembly, "plugin_says"});
  const model::Record record = read_one(add_xpu_kernel(dir.path(), 1, true), cache::Naming{&types, {}});
  EXPECT_EQ(artifact(record, "add_kernel.zebin").kind, ArtifactKind::assembly);
  EXPECT_EQ(artifact(record, "add_kernel.zebin").type, "plugin_says");
}

TEST(BackendEntry, Npu) {
  const TempDir dir;
  const fs::path entry = add_npu_kernel(dir.path(), 1);
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.name, "add_kernel mix_aiv");
  EXPECT_EQ(record.facts.arch, "Ascend910B3");
  EXPECT_THAT(record.facts.warp_size, Optional(0));
  EXPECT_EQ(artifact(record, "add_kernel.npubin").type, "npubin");
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry));
}

// Its binary is a shared object; that makes it no helper module.
TEST(BackendEntry, Cpu) {
  const TempDir dir;
  const fs::path entry = add_cpu_kernel(dir.path(), 1);
  const model::Record record = read_one(entry);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(artifact(record, "add_kernel.so").kind, ArtifactKind::binary);
  EXPECT_EQ(artifact(record, "add_kernel.so").type, "so");

  fs::remove(entry / "__grp__add_kernel.json");
  fs::remove(entry / "add_kernel.json");
  EXPECT_EQ(read_one(entry).kind, EntryKind::partial);
}

TEST(BackendEntry, NoTargetIsTakenFromTheFiles) {
  const TempDir dir;
  KernelSpec spec;
  spec.source = kHip942;
  spec.erase = {"/target", "/backend_name"};
  const model::Record record = read_one(add_kernel(dir.path(), spec));
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.facts.backend, "hip");
  EXPECT_EQ(artifact(record, "add_kernel.hsaco").kind, ArtifactKind::binary);
}

TEST(BackendEntry, LabelsAreSafe) {
  const TempDir dir;
  KernelSpec spec;
  spec.files = {
      {"add_kernel.\x1b[31m", "x"}, {"add_kernel.averyveryverylongone", "x"}, {"add_kernel", "x"}, {"a.b.", "x"}};
  const model::Record record = read_one(add_kernel(dir.path(), spec));
  for (const auto& [name, text] : spec.files) {
    EXPECT_EQ(artifact(record, name).name, name);
    EXPECT_EQ(artifact(record, name).type, "");
    EXPECT_EQ(artifact(record, name).kind, ArtifactKind::other);
  }
}

}  // namespace
}  // namespace tcm::test
