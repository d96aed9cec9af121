// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/verify.hpp"

#include <cstring>
#include <random>

#include <elf.h>

#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::FindingId;
using cache::Severity;

class VerifyTest : public ServiceTest {
 protected:
  /// "error binary-truncated add_kernel.cubin", one each.
  std::vector<std::string> verify(service::VerifyRequest request = {}) {
    if (request.cache_dirs.empty()) request.cache_dirs = {cache().string()};
    request.jobs = 2;
    request.grace_ns = 600 * util::kSecond;
    service::VerifyProgress progress;
    auto report =
        service::verify_caches(request, service::needs_index(request) ? &index_ : nullptr, backends_, progress);
    if (!report) return {report.error().message};
    hits_ = report->hits;
    misses_ = report->misses;
    failures_ = report->failures;
    other_roots_ = report->other_roots;
    std::vector<std::string> found;
    const auto read = report->findings.for_each([&](const service::FoundFinding& one) -> Result<void> {
      found.push_back(std::string(to_string(one.finding.severity)) + " " + std::string(to_string(one.finding.id)) +
                      (one.finding.file.empty() ? "" : " " + one.finding.file));
      return {};
    });
    EXPECT_TRUE(read);
    return found;
  }

  std::uint64_t hits_ = 0, misses_ = 0, failures_ = 0, other_roots_ = 0;
};

using Found = std::vector<std::string>;

TEST_F(VerifyTest, AWholeCacheHits) {
  add_kernels(cache(), 20);
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(hits_, 20U);
}

TEST_F(VerifyTest, ErrorsComeFirst) {
  KernelSpec moved;
  moved.seed = 1;
  moved.group_root = "/was/here";
  add_kernel(cache(), moved);
  add_leftover(cache(), 2);
  KernelSpec broken;
  broken.seed = 3;
  write_file(add_kernel(cache(), broken) / "__grp__add_kernel.json", "{");
  EXPECT_EQ(verify(), (Found{"error group-unreadable __grp__add_kernel.json",
                             "warning paths-elsewhere __grp__add_kernel.json", verify().back()}));
  EXPECT_TRUE(verify().back().starts_with("hint leftover tmp.pid_"));
  EXPECT_EQ(failures_, 1U);
  EXPECT_EQ(misses_, 1U);
}

TEST_F(VerifyTest, RealCachesWereMovedAndNothingElse) {
  for (const char* name : {"sample", "inductor"}) {
    service::VerifyRequest request;
    request.cache_dirs = {(data_dir() / name).string()};
    const Found found = verify(request);
    EXPECT_FALSE(found.empty());
    for (const std::string& one : found) EXPECT_TRUE(one.starts_with("warning paths-elsewhere")) << one;
  }
}

TEST_F(VerifyTest, TextThatIsNoneIsFoundByALookIntoIt) {
  write_file(add_kernel(cache()) / "add_kernel.ttir", "\xff\xfe");
  EXPECT_EQ(verify(), Found{"error text-not-utf8 add_kernel.ttir"});
  service::VerifyRequest quick;
  quick.level = service::VerifyLevel::quick;
  EXPECT_EQ(verify(quick), Found{});
}

TEST_F(VerifyTest, ACopyReadsTheCacheThatItWasCopiedFrom) {
  const fs::path entry = add_kernel(cache());
  service::VerifyRequest both;
  both.cache_dirs = {cache().string(), (directory_ / "copy").string()};
  copy_tree(entry, fs::path(both.cache_dirs[1]) / entry.filename());
  EXPECT_EQ(verify(both), Found{"warning reads-another-root __grp__add_kernel.json"});
  EXPECT_EQ(other_roots_, 1U);
  // A path that no known root has is not looked for.
  service::VerifyRequest copy;
  copy.cache_dirs = {both.cache_dirs[1]};
  EXPECT_EQ(verify(copy), Found{"warning paths-elsewhere __grp__add_kernel.json"});
}

TEST_F(VerifyTest, SeenAtAnotherPath) {
  KernelSpec spec;
  spec.group_root = "/models/cache";
  add_kernel(cache(), spec);
  service::VerifyRequest request;
  request.seen_at = "/models/cache/";
  EXPECT_EQ(verify(request), Found{});
  EXPECT_EQ(hits_, 1U);
  request.seen_at = "/elsewhere";
  EXPECT_EQ(verify(request), Found{"warning paths-elsewhere __grp__add_kernel.json"});
  request.cache_dirs = {cache().string(), cache().string()};
  EXPECT_TRUE(verify(request).front().find("one cache directory") != std::string::npos);
}

TEST_F(VerifyTest, ThroughALinkThePathsOfTheLinkCount) {
  fs::create_symlink(cache(), directory_ / "link");
  KernelSpec spec;
  spec.group_root = (directory_ / "link").string();
  add_kernel(cache(), spec);
  service::VerifyRequest request;
  request.cache_dirs = {spec.group_root};
  EXPECT_EQ(verify(request), Found{});
  EXPECT_EQ(hits_, 1U);
}

TEST_F(VerifyTest, FiltersAskTheIndexAndChangeNothingInIt) {
  KernelSpec one, other;
  one.seed = 1, one.name = "first";
  other.seed = 2, other.name = "second";
  const fs::path damaged = add_kernel(cache(), one);
  add_kernel(cache(), other);
  index_all();
  write_file(damaged / ("__grp__first.json"), "");
  service::VerifyRequest request;
  request.filters.names = {"second"};
  EXPECT_EQ(verify(request), Found{});
  EXPECT_EQ(hits_, 1U);
  request.filters.names = {"first"};
  EXPECT_EQ(verify(request), Found{"error group-unreadable __grp__first.json"});
  EXPECT_EQ(list(all_kinds()).size(), 2U);
  EXPECT_EQ(list(all_kinds()).front().problem, model::SkipReason::none);
}

TEST_F(VerifyTest, IgnoredFindingsAreCountedOnly) {
  add_partial(cache(), 1);
  service::VerifyRequest request;
  request.ignored = {FindingId::partial};
  EXPECT_EQ(verify(request), Found{});
}

TEST_F(VerifyTest, ACacheThatIsNotThereIsAnError) {
  service::VerifyRequest request;
  request.cache_dirs = {(directory_ / "nowhere").string()};
  EXPECT_TRUE(verify(request).front().find("nowhere") != std::string::npos);
}

// -- binaries, cut or with one bit turned --------------------------------------------------------------------------

struct Binary {
  std::string_view source;
  std::string file;
};
const std::vector<Binary> kBinaries{{kCuda90, "add_kernel.cubin"}, {kHip942, "add_kernel.hsaco"}};

/// Whether the tables of an ELF object lie within it: told without the backends.
bool has_its_tables(const std::string& bytes, const std::string& whole) {
  Elf64_Ehdr header{}, before{};
  std::memcpy(&header, bytes.data(), sizeof header);
  std::memcpy(&before, whole.data(), sizeof before);
  if (std::memcmp(header.e_ident, before.e_ident, EI_DATA + 1) != 0 || header.e_machine != before.e_machine)
    return false;
  const auto within = [&](std::uint64_t at, std::uint64_t size) {
    return at <= bytes.size() && size <= bytes.size() - at;
  };
  if (!within(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr))) return false;
  if (!within(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) return false;
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return false;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section{};
    std::memcpy(&section, bytes.data() + header.e_shoff + i * sizeof section, sizeof section);
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL && !within(section.sh_offset, section.sh_size))
      return false;
  }
  return true;
}

TEST_F(VerifyTest, ACutBinaryIsFound) {
  for (const Binary& binary : kBinaries) {
    KernelSpec spec;
    spec.source = binary.source;
    const fs::path entry = add_kernel(cache(), spec);
    const std::string whole = read_file(entry / binary.file);
    Elf64_Ehdr header{};
    std::memcpy(&header, whole.data(), sizeof header);
    for (unsigned seed = 1; seed <= 300; ++seed) {
      std::mt19937 random(seed);
      // By turns anywhere, in the header and in the table of sections.
      const std::size_t table = header.e_shoff + random() % (std::size_t{header.e_shnum} * sizeof(Elf64_Shdr));
      const std::size_t size = seed % 3 == 0   ? random() % whole.size()
                               : seed % 3 == 1 ? random() % sizeof header
                                               : table;
      write_file(entry / binary.file, whole.substr(0, size));
      const Found found = verify();
      ASSERT_EQ(found.size(), 1U) << binary.file << " cut to " << size;
      EXPECT_TRUE(found.front().starts_with("error binary-")) << found.front();
    }
    fs::remove_all(entry);
  }
}

TEST_F(VerifyTest, ABitOfABinarysTablesIsFoundWhereItLeadsOutOfIt) {
  for (const Binary& binary : kBinaries) {
    KernelSpec spec;
    spec.source = binary.source;
    const fs::path entry = add_kernel(cache(), spec);
    const std::string whole = read_file(entry / binary.file);
    Elf64_Ehdr header{};
    std::memcpy(&header, whole.data(), sizeof header);
    const std::size_t table = std::size_t{header.e_shnum} * sizeof(Elf64_Shdr);
    int broken = 0;
    for (unsigned seed = 1; seed <= 200; ++seed) {
      std::mt19937 random(seed);
      // By turns in the header and in the table of sections.
      const std::size_t at = seed % 2 == 0 ? random() % sizeof header : header.e_shoff + random() % table;
      std::string bytes = whole;
      bytes[at] ^= static_cast<char>(1U << random() % 8);
      if (has_its_tables(bytes, whole)) continue;
      ++broken;
      write_file(entry / binary.file, bytes);
      EXPECT_EQ(verify().size(), 1U) << binary.file << ", byte " << at << ", seed " << seed;
    }
    EXPECT_GT(broken, 20);
    fs::remove_all(entry);
  }
}

// More entries than may wait, and nobody who takes them.
TEST_F(VerifyTest, AStoppedRunEnds) {
  for (unsigned seed = 1; seed <= 6000; ++seed) fs::create_directories(cache() / make_key(seed));
  service::VerifyRequest request;
  request.cache_dirs = {cache().string()};
  service::VerifyProgress progress;
  progress.stop = true;
  const auto report = service::verify_caches(request, nullptr, backends_, progress);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace tcm::test
