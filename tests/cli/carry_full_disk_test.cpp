// SPDX-License-Identifier: Apache-2.0
// Import where there is no room: on a real disk, in memory, that is full before, while or after entries are unpacked.
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ImportOnFullDisk : public CliTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to mount a file system";
    fs::create_directories(disk());
    if (::mount("tmpfs", disk().c_str(), "tmpfs", 0, "size=4m,nr_inodes=400") != 0)
      GTEST_SKIP() << "nothing can be mounted here: " << std::strerror(errno);
    mounted_ = true;
    add_kernels(cache(), kKernels);
    ASSERT_EQ(tcm({"export", archive()}).exit_code, 0);
  }

  void TearDown() override {
    if (mounted_) ::umount2(disk().c_str(), MNT_DETACH);
  }

  fs::path disk() const { return home_ / "disk"; }
  fs::path root() const { return disk() / "cache"; }
  fs::path filler() const { return disk() / "filler"; }
  std::string archive() const { return (home_ / "x.tar.zst").string(); }

  /// Leaves so much of the disk free.
  void leave(std::uint64_t bytes, int inodes) {
    fs::create_directories(filler());
    for (int i = 0;; ++i) {
      const int file = ::open((filler() / std::to_string(i)).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (file < 0) break;
      ::close(file);
    }
    ASSERT_EQ(errno, ENOSPC);
    for (int i = 0; i < inodes; ++i) fs::remove(filler() / std::to_string(i + 1));
    const int file = ::open((filler() / "0").c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_GE(file, 0);
    const std::string block(4096, 'x');
    while (::write(file, block.data(), block.size()) > 0) {
    }
    EXPECT_EQ(errno, ENOSPC);
    ::close(file);
    fs::resize_file(filler() / "0", fs::file_size(filler() / "0") - bytes);
  }

  ProgramResult import() {
    const bool is_archive = std::string(GetParam()) == "archive";
    return tcm({"import", "--cache-dir", root().string(), is_archive ? archive() : "dir:" + cache().string()});
  }

  void expect_whole(std::size_t kernels) {
    if (kernels == 0) return;
    const auto report = json({"verify", "--json", "--cache-dir", root().string()});
    EXPECT_EQ(report.at("lookups").at("hit").as_int64(), static_cast<std::int64_t>(kernels)) << report;
    EXPECT_EQ(report.at("lookups").at("miss").as_int64() + report.at("lookups").at("fail").as_int64(), 0) << report;
  }

  /// Whatever there is room for: an error that says so, whole entries alone, and all of them once there is room.
  void expect_refused_then_done(std::uint64_t bytes, int inodes) {
    SCOPED_TRACE(std::to_string(bytes) + " bytes and " + std::to_string(inodes) + " inodes are free");
    fs::remove_all(root());
    leave(bytes, inodes);
    const ProgramResult full = import();
    EXPECT_EQ(full.exit_code, 1) << full.out << full.err;
    EXPECT_THAT(full.err, AllOf(HasSubstr(disk().string()), HasSubstr("the disk is full")));
    EXPECT_EQ(lines_of(full.err).size(), 1U) << full.err;
    std::size_t there = 0;
    if (fs::exists(root()))
      for (const auto& entry : fs::directory_iterator(root())) there += entry.path().filename() != ".tcm-trash";
    expect_whole(there);
    EXPECT_FALSE(fs::exists(root() / ".tcm-trash")) << "what was unpacked gives its room back";
    fs::remove_all(filler());
    const ProgramResult again = import();
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    expect_whole(kKernels);
    EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
  }

  static constexpr int kKernels = 8;

 private:
  bool mounted_ = false;
};

TEST_P(ImportOnFullDisk, LeavesWholeEntriesAndSaysWhatIsMissing) {
  for (const std::uint64_t bytes : {0U, 8192U, 65536U, 200000U}) expect_refused_then_done(bytes, 200);
}

TEST_P(ImportOnFullDisk, WithoutAnInodeItIsTheSame) {
  for (const int inodes : {1, 3, 12, 40}) expect_refused_then_done(2000000, inodes);
}

INSTANTIATE_TEST_SUITE_P(Real, ImportOnFullDisk, testing::Values("archive", "directory"),
                         [](const auto& source) { return std::string(source.param); });

}  // namespace
}  // namespace tcm::test
