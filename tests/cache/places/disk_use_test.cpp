// SPDX-License-Identifier: Apache-2.0
#include "core/cache/places/disk_use.hpp"

#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/cache_builder.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::cache {
namespace {

namespace fs = std::filesystem;

/// What du says, in bytes.
std::uint64_t du(const std::string& options, const fs::path& path) {
  const std::string command = "du -s --block-size=1 " + options + " '" + path.string() + "'";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  unsigned long long bytes = 0;
  if (pipe == nullptr || std::fscanf(pipe, "%llu", &bytes) != 1) throw std::runtime_error(command);
  ::pclose(pipe);
  return bytes;
}

/// "entries", "trash" or the kind of what lies beside, to what it takes.
std::map<std::string, DiskUse> parts_of(DiskMeter& meter, const fs::path& path) {
  const auto found = find_roots(path.string(), std::nullopt);
  if (!found) throw std::runtime_error(found.error().message);
  std::map<std::string, DiskUse> parts;
  for (const UsePart& part : meter.measure(*found)) {
    std::string name = part.kind == UseKind::entries ? "entries" : "trash";
    if (part.kind == UseKind::beside) name = to_string(part.beside);
    parts[name] += part.use;
  }
  return parts;
}

TEST(DiskUse, IsWhatDuCounts) {
  const test::TempDir dir;
  test::make_inductor(dir / "cache", 2);
  fs::create_symlink("/etc", dir / "cache/link");
  DiskMeter meter;
  const DiskUse use = meter.measure((dir / "cache").string());
  EXPECT_EQ(use.allocated, du("", dir / "cache"));
  EXPECT_EQ(use.bytes, test::bytes_below(dir / "cache"));
  EXPECT_TRUE(use.complete);
  EXPECT_EQ(DiskMeter().measure((dir / "not there").string()).allocated, 0U);
}

TEST(DiskUse, AFileWithSeveralNamesTakesItsRoomOnceOverAllRoots) {
  const test::TempDir dir;
  for (const char* root : {"a", "b"}) test::add_kernel(dir / root);
  const std::string key = test::make_key(1);
  test::write_file(dir / "a" / key / "large.ptx", std::string(100'000, 'x'));
  fs::create_hard_link(dir / "a" / key / "large.ptx", dir / "b" / key / "large.ptx");
  DiskMeter meter;
  const DiskUse a = meter.measure((dir / "a").string());
  const DiskUse b = meter.measure((dir / "b").string());
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_LE(b.allocated + 100'000, a.allocated);
  EXPECT_EQ(DiskMeter().measure(dir.path().string()).allocated, du("", dir.path()));
}

TEST(DiskUse, WhatLiesBesideIsToldByKind) {
  const test::TempDir dir;
  test::make_inductor(dir / "cache", 2);
  test::write_file(dir / "cache/triton/0/.tcm-trash/20261124-1/KEY/file", std::string(5000, 'x'));
  test::write_file(dir / "cache/notes.txt", "mine");
  DiskMeter meter;
  const auto parts = parts_of(meter, dir / "cache");
  EXPECT_EQ(parts.at("graphs").files, 1U);
  EXPECT_EQ(parts.at("graphs").bytes, 13U);
  EXPECT_EQ(parts.at("autograd").files, 1U);
  EXPECT_EQ(parts.at("code").files, 1U);
  EXPECT_EQ(parts.at("tunings").files, 1U);
  EXPECT_EQ(parts.at("other").files, 1U);
  EXPECT_EQ(parts.at("trash").files, 1U);
  EXPECT_GE(parts.at("trash").allocated, 5000U);
  EXPECT_GT(parts.at("entries").files, 20U);
  DiskUse sum;
  for (const auto& [name, use] : parts) sum += use;
  EXPECT_EQ(sum.allocated, du("", dir / "cache"));
  EXPECT_EQ(sum.bytes, test::bytes_below(dir / "cache"));
}

TEST(DiskUse, VllmsModelsAreToldByKind) {
  const test::TempDir dir;
  test::make_vllm(dir / "vllm", 2);
  DiskMeter meter;
  const auto parts = parts_of(meter, dir / "vllm");
  EXPECT_EQ(parts.at("compiled").files, 1U);
  EXPECT_EQ(parts.at("graphs").files, 2U);
  EXPECT_EQ(parts.at("code").files, 6U);
}

TEST(DiskUse, ABoundEndsIt) {
  const test::TempDir dir;
  test::add_kernels(dir / "cache", 5);
  DiskMeter meter(20);
  const DiskUse use = meter.measure((dir / "cache").string());
  EXPECT_FALSE(use.complete);
  EXPECT_LE(use.files, 20U);
  DiskMeter stopped;
  stopped.stop = true;
  EXPECT_FALSE(stopped.measure((dir / "cache").string()).complete);
}

TEST(BesideKinds, TheOutermostDirectoryDecides) {
  EXPECT_EQ(beside_kind("fxgraph/ab/cd/x.py"), BesideKind::graphs);
  EXPECT_EQ(beside_kind("rank_0_0/artifact_compile_range_1_8_subgraph_0/fxgraph/x"), BesideKind::compiled);
  EXPECT_EQ(beside_kind("rank_0_0/backbone/artifact_compile_range_1_8_subgraph_0"), BesideKind::compiled);
  EXPECT_EQ(beside_kind("torch_aot_compile/00/rank_0_0/model.77.tmp"), BesideKind::compiled);
  EXPECT_EQ(beside_kind("locks/x"), BesideKind::locks);
  EXPECT_EQ(beside_kind("ab/x.lock"), BesideKind::locks);
  EXPECT_EQ(beside_kind("cache/ab/cd"), BesideKind::store);
  EXPECT_EQ(beside_kind("x/y/model.safetensors"), BesideKind::other);
  for (const BesideWord& word : beside_words()) EXPECT_EQ(to_string(word.kind), word.name);
}

}  // namespace
}  // namespace tcm::cache
