// SPDX-License-Identifier: Apache-2.0
// Imports that are killed, or refused by the system, at points spread over all that they do to a cache: at each the
// root holds whole entries and nothing else, and the next run completes it.
#include <map>
#include <set>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;

constexpr int kEntries = 3;
constexpr int kPoints = 40;

using Files = std::map<std::string, std::uintmax_t>;

class ImportKilled : public CliTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    add_kernels(cache(), kEntries);
    // So long that groups keep their length.
    other_ = cache().parent_path() / "other";
    ASSERT_EQ(tcm({"export", (home_ / "x.tar.zst").string()}).exit_code, 0);
    ASSERT_EQ(other_.string().size(), cache().string().size());
    for (const auto& entry : fs::directory_iterator(cache()))
      whole_[entry.path().filename().string()] = files_of(entry);
  }

  static Files files_of(const fs::path& entry) {
    Files files;
    for (const auto& file : fs::directory_iterator(entry)) files[file.path().filename().string()] = file.file_size();
    return files;
  }

  ShimmedRun import(const std::string& variable, const std::string& value, const std::function<void()>& paused = {}) {
    const bool is_archive = std::string(GetParam()) == "archive";
    const std::string source = is_archive ? (home_ / "x.tar.zst").string() : "dir:" + cache().string();
    std::vector<std::string> words{"import", "--cache-dir", other_.string(), source};
    if (std::string(GetParam()) == "link") words.emplace_back("--link");
    return run_shimmed(TCM_PROGRAM, words,
                       {{"TCM_TEST_ROOT", other_.string()}, {"HOME", home_.path().string()}, {variable, value}},
                       paused);
  }

  void expect_whole() {
    if (!fs::exists(other_)) return;
    for (const auto& item : fs::directory_iterator(other_)) {
      const std::string name = item.path().filename().string();
      if (name == ".tcm-trash") continue;
      ASSERT_TRUE(whole_.contains(name)) << name;
      ASSERT_EQ(files_of(item.path()), whole_[name]) << name;
    }
  }

  void expect_all() {
    std::set<std::string> names;
    for (const auto& item : fs::directory_iterator(other_)) names.insert(item.path().filename().string());
    std::set<std::string> keys;
    for (const auto& [key, files] : whole_) keys.insert(key);
    EXPECT_EQ(names, keys) << "all entries, and no trash area";
    expect_whole();
  }

  fs::path other_;
  std::map<std::string, Files> whole_;
};

TEST_P(ImportKilled, TheRootHoldsWholeEntriesAndTheNextRunCompletesIt) {
  const fs::path counted = home_ / "counted";
  const ShimmedRun run = import("TCM_TEST_COUNT", counted.string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  expect_all();
  const long calls = std::stol(read_file(counted));
  ASSERT_GT(calls, 4 * kEntries);
  const long points = std::min<long>(calls, kPoints);
  for (long point = 0; point < points; ++point) {
    const long at = 1 + point * (calls - 1) / (points - 1);
    SCOPED_TRACE("killed at call " + std::to_string(at) + " of " + std::to_string(calls));
    fs::remove_all(other_);
    ASSERT_EQ(import("TCM_TEST_KILL_AT", std::to_string(at)).signal, SIGKILL);
    expect_whole();
    const ShimmedRun again = import("TCM_TEST_UNUSED", "");
    EXPECT_EQ(again.exit_code, 0) << again.output;
    expect_all();
    if (HasFailure()) return;
  }
}

TEST_P(ImportKilled, WhatTheSystemRefusesIsToldAndLeavesWholeEntries) {
  for (const std::string fault : {"mkdirat:2:ENOSPC", "openat:4:ENOSPC", "write:3:ENOSPC", "write:5:EIO",
                                  "syncfs:1:EIO", "renameat2:1:EIO", "renameat2:2:ENOSPC"}) {
    SCOPED_TRACE(fault);
    fs::remove_all(other_);
    const ShimmedRun run = import("TCM_TEST_FAULT", fault);
    // Files that cannot be written are those that are shared, then.
    const bool unused = run.exit_code == 0 && std::string(GetParam()) == "link";
    if (!unused) {
      EXPECT_THAT(run.exit_code, AnyOf(1, 3)) << run.output;
      EXPECT_NE(run.output.find("tcm: error"), std::string::npos) << run.output;
    }
    expect_whole();
    const ShimmedRun again = import("TCM_TEST_UNUSED", "");
    EXPECT_EQ(again.exit_code, 0) << again.output;
    expect_all();
    if (HasFailure()) return;
  }
}

TEST_P(ImportKilled, WhatAJobWritesMeanwhileStays) {
  const std::string changed = whole_.begin()->first;
  const ShimmedRun run = import("TCM_TEST_PAUSE_AT", "renameat2:1", [this, &changed] {
    for (const auto& [key, files] : whole_) copy_tree(cache() / key, other_ / key);
    write_file(other_ / changed / "add_kernel.source", "another one");
    write_file(other_ / changed / "add_kernel.json", "{}");
  });
  EXPECT_EQ(run.exit_code, 3) << run.output;
  EXPECT_NE(run.output.find("1 other entry was there and stayed"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("2 entries were there already"), std::string::npos) << run.output;
  EXPECT_EQ(read_file(other_ / changed / "add_kernel.json"), "{}");
  EXPECT_FALSE(fs::exists(other_ / ".tcm-trash"));
}

INSTANTIATE_TEST_SUITE_P(All, ImportKilled, testing::Values("archive", "directory", "link"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace tcm::test
