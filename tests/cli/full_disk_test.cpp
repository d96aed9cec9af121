// SPDX-License-Identifier: Apache-2.0
// A disk without a free block, and one without a free inode: every command that looks answers, and every command that
// frees room frees it. The disk holds the cache, the index, or both; it is a real one, in memory or in a file.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Case {
  const char* name;
  bool ext4;    ///< a file system in a file, not in memory
  bool inodes;  ///< it has room and takes no more files
  bool cache;   ///< what lies on it
  bool index;
};

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

/// What a look-up of Triton makes of an entry: a hit, a clean miss after which it compiles anew, or an exception that
/// ends the job, in any release from 3.0 on.
std::string look_up(const fs::path& entry) {
  std::vector<fs::path> groups;
  for (const auto& file : fs::directory_iterator(entry))
    if (file.path().filename().string().starts_with("__grp__") && file.path().extension() == ".json")
      groups.push_back(file.path());
  if (groups.empty()) return "miss";
  boost::system::error_code error;
  const boost::json::value group = boost::json::parse(read_file(groups.front()), error);
  if (error || !group.is_object()) return "crash: the group is damaged";
  bool all = true;
  for (const auto& child : group.at("child_paths").as_object()) {
    const std::string name = child.key();
    const bool there = fs::exists(entry / name);
    const std::string type = fs::path(name).extension();
    // Up to 3.7 the missing file counts as one that is not listed; what is needed then fails later.
    if (!there && (type == ".cubin" || type == ".hsaco" || type == ".json")) return "crash: lacks " + name;
    all &= there;
    if (there && type == ".json") boost::json::parse(read_file(entry / name), error);
    if (error) return "crash: damaged " + name;
  }
  return all ? "hit" : "miss from 3.8 on";
}

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

class FullDisk : public CliTest, public testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to mount a file system";
    fs::create_directories(disk());
    if (GetParam().ext4)
      mount_ext4();
    else
      mount_tmpfs();
    if (testing::Test::IsSkipped()) return;
    fs::create_directories(root());
    environment_["TRITON_CACHE_DIR"] = root().string();
    environment_["TCM_DATA_DIR"] = data().string();
    if (GetParam().index) environment_["TMPDIR"] = disk().string();
    add_kernels(root(), kKernels);
    add_leftover(root(), 90);
    add_partial(root(), 91);
    ASSERT_EQ(tcm({"index"}).exit_code, 0);
  }

  void TearDown() override {
    if (mounted_) ::umount2(disk().c_str(), MNT_DETACH);
  }

  fs::path disk() const { return home_ / "disk"; }
  fs::path root() const { return (GetParam().cache ? disk() : home_.path()) / "cache"; }
  fs::path data() const { return (GetParam().index ? disk() : home_.path()) / "data"; }

  void fill() {
    if (GetParam().inodes)
      fill_inodes();
    else
      fill_blocks();
  }

  std::vector<fs::path> entries() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(root()))
      if (entry.path().filename() != ".tcm-trash") all.push_back(entry.path());
    return all;
  }

  void expect_no_crash() const {
    for (const fs::path& entry : entries()) EXPECT_THAT(look_up(entry), Not(HasSubstr("crash"))) << entry;
  }

  /// Runs a command that must work, and tells the user at most once that the disk is full.
  ProgramResult expect_done(const std::vector<std::string>& arguments) {
    ProgramResult result = tcm(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("error"))) << arguments.front();
    const std::vector<std::string> lines = lines_of(result.err);
    const auto tells = [](const std::string& line) { return line.find("the disk is full") != std::string::npos; };
    EXPECT_LE(std::count_if(lines.begin(), lines.end(), tells), 1) << result.err;
    expect_no_crash();
    return result;
  }

  static constexpr int kKernels = 6;

 private:
  void mount_tmpfs() {
    const char* options = GetParam().inodes ? "size=16m,nr_inodes=120" : "size=2m";
    if (::mount("tmpfs", disk().c_str(), "tmpfs", 0, options) != 0)
      GTEST_SKIP() << "nothing can be mounted here: " << std::strerror(errno);
    mounted_ = true;
  }

  void mount_ext4() {
    const std::string image = (home_ / "image").string();
    std::ofstream(image).close();
    fs::resize_file(image, 8U << 20);
    const std::string inodes = GetParam().inodes ? " -N 128" : "";
    if (std::system(("mkfs.ext4 -q -F -m 0" + inodes + " " + image + " >/dev/null 2>&1").c_str()) != 0)
      GTEST_SKIP() << "there is no mkfs.ext4";
    if (std::system(("mount -o loop " + image + " " + disk().string() + " >/dev/null 2>&1").c_str()) != 0)
      GTEST_SKIP() << "there are no loop devices to mount a file with";
    mounted_ = true;
  }

  void fill_blocks() const {
    const int file = ::open((disk() / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0) << std::strerror(errno);
    const std::string block(4096, 'x');
    while (::write(file, block.data(), block.size()) > 0) {
    }
    EXPECT_EQ(errno, ENOSPC);
    ::fsync(file);
    while (::write(file, block.data(), 512) > 0) {
    }
    ::close(file);
  }

  void fill_inodes() const {
    for (int i = 0;; ++i) {
      const int file = ::open((disk() / ("filler" + std::to_string(i))).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (file < 0) break;
      ::close(file);
    }
    EXPECT_EQ(errno, ENOSPC);
  }

  bool mounted_ = false;
};

TEST_P(FullDisk, WhatLooksAnswers) {
  const std::string key = make_key(1);
  fill();
  EXPECT_THAT(expect_done({"list"}).out, HasSubstr(key.substr(0, 8)));
  EXPECT_THAT(expect_done({"show", key}).out, HasSubstr(key));
  EXPECT_THAT(expect_done({"stats"}).out, HasSubstr("kernel"));
  EXPECT_THAT(expect_done({"prune", "--dry-run"}).out, HasSubstr("Would drop ir, source of 6 kernels"));
  EXPECT_THAT(expect_done({"trash", "list"}).err, HasSubstr("The trash is empty."));
}

TEST_P(FullDisk, PruneLeavesHits) {
  fill();
  EXPECT_THAT(expect_done({"prune", "-y"}).out, HasSubstr("Dropped ir, source of 6 kernels"));
  int hits = 0;
  for (const fs::path& entry : entries()) {
    if (look_up(entry) == "hit") ++hits;
    for (const auto& file : fs::directory_iterator(entry))
      EXPECT_THAT(file.path().string(), Not(HasSubstr(".json.tmp")));
  }
  EXPECT_EQ(hits, kKernels);
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_P(FullDisk, PruneOfOneKindOfFileNeedsNoRoomEither) {
  fill();
  EXPECT_THAT(expect_done({"prune", "--drop", "source", "-y"}).out, HasSubstr("Dropped source"));
  for (const fs::path& entry : entries()) EXPECT_THAT(look_up(entry), Not(HasSubstr("3.8"))) << entry;
}

TEST_P(FullDisk, PruneFullRemovesAll) {
  fill();
  EXPECT_THAT(expect_done({"prune", "--full", "--all", "-y"}).out, HasSubstr("Removed 6 kernels"));
  EXPECT_EQ(entries().size(), 2U) << "the leftover and the partial entry, which are no kernels";
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_P(FullDisk, WhatCannotBeRewrittenKeepsItsAge) {
  std::map<std::string, fs::file_time_type> before;
  for (const fs::path& entry : entries()) before[entry.string()] = fs::last_write_time(entry);
  fill();
  tcm({"relocate", "--to", "/mnt/elsewhere", "-y", "--grace", "0s"});
  for (const fs::path& entry : entries()) EXPECT_EQ(fs::last_write_time(entry), before[entry.string()]) << entry;
}

TEST_P(FullDisk, RepairMendsWithTheRoomOfWhatItRemoves) {
  ASSERT_EQ(tcm({"relocate", "--to", "/mnt/elsewhere", "-y", "--grace", "0s"}).exit_code, 0);
  ASSERT_EQ(tcm({"prune", "--leftovers", "--grace", "0s", "-y"}).exit_code, 0);
  auto all = entries();
  const fs::path last = *std::max_element(all.begin(), all.end());
  fs::resize_file(last / (fs::exists(last / "add_kernel.cubin") ? "add_kernel.cubin" : "add_kernel.hsaco"), 100);
  fill();
  expect_done({"repair", "--no-trash", "--grace", "0s", "-y"});
  EXPECT_FALSE(fs::exists(last));
  all = entries();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kKernels) - 1);
  for (const fs::path& entry : all) EXPECT_THAT(read_file(entry / kGroup), HasSubstr((entry / kMetadata).string()));
}

TEST_P(FullDisk, LeftoversGo) {
  fill();
  EXPECT_THAT(expect_done({"prune", "--leftovers", "-y"}).out, HasSubstr("Removed leftovers in 2 entries"));
  EXPECT_EQ(entries().size(), static_cast<std::size_t>(kKernels));
}

TEST_P(FullDisk, OneEntryIsRemoved) {
  fill();
  expect_done({"rm", make_key(1), "-y"});
  EXPECT_FALSE(fs::exists(root() / make_key(1)));
}

TEST_P(FullDisk, TheTrashIsEmptied) {
  ASSERT_EQ(tcm({"rm", make_key(1), "--trash", "-y"}).exit_code, 0);
  fill();
  EXPECT_THAT(expect_done({"trash", "list"}).out, HasSubstr("-1 "));
  EXPECT_THAT(expect_done({"trash", "empty", "-y"}).out, HasSubstr("Removed 1 entry"));
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

class FullDiskWithoutTrash : public FullDisk {};

TEST_P(FullDiskWithoutTrash, KeepingInTheTrashIsRefusedOnceWithTheWayOut) {
  fill();
  const ProgramResult result = tcm({"prune", "--full", "--all", "--trash", "-y"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr("the disk is full; --no-trash"), HasSubstr("5 more for the same reason")));
  EXPECT_EQ(entries().size(), static_cast<std::size_t>(kKernels) + 2);
  expect_no_crash();
}

INSTANTIATE_TEST_SUITE_P(Real, FullDisk,
                         testing::Values(Case{"BlocksOfBoth", false, false, true, true},
                                         Case{"BlocksOfTheCache", false, false, true, false},
                                         Case{"BlocksOfTheIndex", false, false, false, true},
                                         Case{"InodesOfBoth", false, true, true, true},
                                         Case{"InodesOfTheCache", false, true, true, false},
                                         Case{"InodesOfTheIndex", false, true, false, true},
                                         Case{"Ext4BlocksOfBoth", true, false, true, true},
                                         Case{"Ext4BlocksOfTheCache", true, false, true, false},
                                         Case{"Ext4BlocksOfTheIndex", true, false, false, true},
                                         Case{"Ext4InodesOfBoth", true, true, true, true},
                                         Case{"Ext4InodesOfTheCache", true, true, true, false}),
                         name_of);

// A full tmpfs still takes directories as long as it has inodes.
INSTANTIATE_TEST_SUITE_P(Real, FullDiskWithoutTrash,
                         testing::Values(Case{"InodesOfBoth", false, true, true, true},
                                         Case{"InodesOfTheCache", false, true, true, false},
                                         Case{"Ext4BlocksOfBoth", true, false, true, true},
                                         Case{"Ext4BlocksOfTheCache", true, false, true, false},
                                         Case{"Ext4InodesOfBoth", true, true, true, true},
                                         Case{"Ext4InodesOfTheCache", true, true, true, false}),
                         name_of);

}  // namespace
}  // namespace tcm::test
