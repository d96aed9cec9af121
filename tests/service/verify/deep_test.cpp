// SPDX-License-Identifier: Apache-2.0
// Digests: recorded by an index run, compared by the level deep.
#include <fstream>

#include "core/service/verify/verify.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

const fs::path kModule = data_dir() /
                         "inductor/triton/0/XU5DT2AO5BD5AEHEYGLPP5LRDFHHCUEJT4LGDVLB4STXUGVGHFPA/"
                         "cuda_utils.cpython-312-x86_64-linux-gnu.so";

class DeepTest : public ServiceTest {
 protected:
  std::int64_t record() {
    service::IndexRequest request;
    request.digests = true;
    request.jobs = 3;
    return index_all(request).roots.at(0).digests;
  }

  /// "digest-differs add_kernel.cubin", one each.
  std::vector<std::string> verify(service::VerifyLevel level = service::VerifyLevel::deep) {
    service::VerifyRequest request;
    request.cache_dirs = {cache().string()};
    request.level = level;
    request.jobs = 2;
    service::VerifyProgress progress;
    auto report = service::verify_caches(request, &index_, backends_, progress);
    if (!report) return {report.error().message};
    unrecorded_ = report->unrecorded;
    failures_ = report->failures;
    std::vector<std::string> found;
    EXPECT_TRUE(report->findings.for_each([&](const service::FoundFinding& one) -> Result<void> {
      found.push_back(std::string(to_string(one.finding.id)) + " " + one.finding.file);
      return {};
    }));
    return found;
  }

  /// Turns a bit of a byte that no table of the file leads to, where the file lies.
  static void damage(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(code_of(file));
    stream.seekg(at);
    const int byte = stream.get();
    stream.seekp(at);
    stream.put(static_cast<char>(byte ^ 1));
    ASSERT_TRUE(stream.good());
  }

  std::uint64_t unrecorded_ = 0, failures_ = 0;

 private:
  /// A position in the middle of the file: in the code of all samples.
  static std::uintmax_t code_of(const fs::path& file) { return fs::file_size(file) / 2; }
};

using Found = std::vector<std::string>;

TEST_F(DeepTest, AByteThatNothingElseSeesIsFound) {
  const fs::path entry = add_kernel(cache());
  const fs::path module = add_entry(cache(), make_key(7), {{"cuda_utils.so", read_file(kModule)}});
  EXPECT_EQ(record(), 2);
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(unrecorded_, 0U);
  damage(entry / "add_kernel.cubin");
  damage(module / "cuda_utils.so");
  EXPECT_EQ(verify(service::VerifyLevel::normal), Found{}) << "the test needs a byte that backends do not look at";
  Found found = verify();
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (Found{"digest-differs add_kernel.cubin", "digest-differs cuda_utils.so"}));
  EXPECT_EQ(failures_, 1U) << "what is run is not what was compiled";
  record();
  EXPECT_EQ(verify().size(), 2U) << "the damage must not become what is recorded";
}

TEST_F(DeepTest, WhatWasNeverRecordedIsCounted) {
  add_kernels(cache(), 3);
  add_autotune(cache(), 9, "tuned");
  index_all();
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(unrecorded_, 3U);
  verify(service::VerifyLevel::normal);
  EXPECT_EQ(unrecorded_, 0U) << "nobody asked";
}

TEST_F(DeepTest, AFileThatWasCompiledAgainIsNoDamage) {
  const fs::path entry = add_kernel(cache());
  record();
  // As Triton does it.
  fs::copy_file(entry / "add_kernel.cubin", entry / "fresh");
  damage(entry / "fresh");
  fs::rename(entry / "fresh", entry / "add_kernel.cubin");
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(unrecorded_, 1U);
  EXPECT_EQ(record(), 1);
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(unrecorded_, 0U);
}

TEST_F(DeepTest, ADirectoryThatChangedKeepsTheDigestsOfFilesThatDidNot) {
  const fs::path entry = add_kernel(cache());
  record();
  write_file(entry / "more", "x");
  fs::remove(entry / "more");
  index_all();
  EXPECT_EQ(verify(), Found{});
  EXPECT_EQ(unrecorded_, 0U);
}

TEST_F(DeepTest, ASecondRunReadsNothing) {
  add_kernels(cache(), 5);
  index_all();
  EXPECT_EQ(record(), 5) << "those that the index knows already, too";
  service::IndexRequest again;
  again.digests = true;
  again.cache_dirs = {cache().string()};
  let_settle();  // what was made within a tick of the clock is read twice
  index_all(again);
  service::IndexProgress progress;
  ASSERT_TRUE(service::index_caches(again, index_, backends_, progress));
  EXPECT_EQ(progress.read, 0U);
  add_kernels(cache(), 1, 100);
  EXPECT_EQ(record(), 1);
}

}  // namespace
}  // namespace tcm::test
