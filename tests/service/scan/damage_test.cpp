// SPDX-License-Identifier: Apache-2.0
// Damage that only a backend sees, and what an index run tells of it.
#include <gmock/gmock.h>

#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;
using model::SkipReason;

class ScanDamage : public ServiceTest {
 protected:
  /// A kernel whose file with that extension is changed.
  fs::path damaged(std::uint64_t seed, const std::string& extension, const std::function<void(const fs::path&)>& harm,
                   std::string_view source = kCuda90) {
    KernelSpec spec;
    spec.seed = seed;
    spec.source = source;
    const fs::path entry = add_kernel(cache(), spec);
    harm(entry / ("add_kernel" + extension));
    set_tree_age(entry, std::chrono::hours(1));
    return entry;
  }

  static void cut(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }
  static void zero(const fs::path& file) { write_file(file, std::string(fs::file_size(file), '\0')); }

  index::Row row_of(const fs::path& entry) {
    for (const index::Row& row : list(all_kinds()))
      if (row.key == entry.filename()) return row;
    throw std::runtime_error("not in the index");
  }
};

TEST_F(ScanDamage, ABinaryThatItsBackendRefusesIsBroken) {
  std::vector<fs::path> entries;
  std::uint64_t seed = 10;
  for (const auto source : {kCuda90, kHip942})
    for (const auto& harm : {&ScanDamage::cut, &ScanDamage::zero})
      entries.push_back(damaged(seed++, source == kCuda90 ? ".cubin" : ".hsaco", harm, source));
  add_kernels(cache(), 4);
  const service::IndexReport report = index_all();
  EXPECT_TRUE(report.partial());
  const service::RootReport& root = report.roots.at(0);
  EXPECT_EQ(root.kernels, 4);
  EXPECT_EQ(root.broken_count(), 4);
  EXPECT_EQ(root.skipped_count(), 0);
  EXPECT_EQ(root.broken_reasons.at(SkipReason::binary_malformed), 4);
  for (const fs::path& entry : entries) {
    const index::Row row = row_of(entry);
    EXPECT_EQ(row.kind, EntryKind::broken);
    const auto detail = index_.detail(row.id);
    ASSERT_TRUE(detail);
    EXPECT_THAT(detail->problem_detail, testing::StartsWith("add_kernel."));
    EXPECT_TRUE(detail->resources.empty());
  }
}

TEST_F(ScanDamage, AssemblyThatTritonCannotDecodeIsBroken) {
  const fs::path entry = damaged(1, ".ptx", [](const fs::path& file) { write_file(file, read_file(file) + "\xff"); });
  index_all();
  EXPECT_EQ(row_of(entry).problem, SkipReason::text_malformed);
}

TEST_F(ScanDamage, WithoutABackendNothingIsSaidOfABinary) {
  const service::Backends none(built_plugins(true));
  damaged(1, ".cubin", &ScanDamage::zero);
  damaged(2, ".cubin", [](const fs::path& file) { fs::resize_file(file, 0); });
  damaged(3, ".cubin", [](const fs::path& file) { fs::remove(file); });
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  service::IndexProgress progress;
  const auto report = service::index_caches(request, index_, none, progress);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->roots.at(0).kernels, 3);
  EXPECT_FALSE(report->partial());
}

// A file that changes in place leaves its directory as it was; such entries are not opened again unless requested.
TEST_F(ScanDamage, AFullRescanFindsWhatChangedInPlace) {
  KernelSpec spec;
  const fs::path entry = add_kernel(cache(), spec);
  let_settle();
  index_all();
  zero(entry / "add_kernel.cubin");
  EXPECT_FALSE(index_all().partial());
  service::IndexRequest request;
  request.full_rescan = true;
  EXPECT_EQ(index_all(request).roots.at(0).broken_count(), 1);
  EXPECT_EQ(index_all().roots.at(0).broken_count(), 1) << "and it stays known";
}

TEST_F(ScanDamage, ABackendThatComesLaterIsAskedAboutBrokenAndPartialEntriesToo) {
  const fs::path broken = damaged(1, ".json", [](const fs::path& file) { write_file(file, "{"); });
  const fs::path partial =
      damaged(2, ".ptx", [](const fs::path& file) { fs::remove(file.parent_path() / "__grp__add_kernel.json"); });
  const fs::path empty_binary = damaged(3, ".cubin", [](const fs::path& file) { fs::resize_file(file, 0); });
  let_settle();
  const service::Backends none(built_plugins(true));
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  service::IndexProgress progress;
  ASSERT_TRUE(service::index_caches(request, index_, none, progress));
  EXPECT_EQ(row_of(broken).bytes.binary, 0U);
  EXPECT_EQ(row_of(empty_binary).kind, EntryKind::kernel);

  EXPECT_EQ(index_all().roots.at(0).unchanged, 3);
  EXPECT_EQ(row_of(broken).backend, "cuda");
  EXPECT_GT(row_of(broken).bytes.binary, 0U);
  EXPECT_GT(row_of(partial).bytes.binary, 0U);
  EXPECT_EQ(row_of(empty_binary).problem, SkipReason::binary_empty);

  service::IndexProgress quiet;
  ASSERT_TRUE(service::index_caches(request, index_, backends_, quiet));
  EXPECT_EQ(quiet.read.load(), 0U) << "and once only";
}

}  // namespace
}  // namespace tcm::test
