// SPDX-License-Identifier: Apache-2.0
// Prunes of 500 entries that are killed at 200 points spread over all that they do to the cache: afterwards every entry
// is whole, or pruned and still a hit, or gone; the next index and the next prune finish the work.
#include <cstdlib>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

constexpr int kEntries = 500;
constexpr int kPoints = 100;  // of each of the two ways to prune
constexpr int kShards = 4;

/// Caches in memory, where there is a file system for that: thousands of files are made for every point.
struct InMemory {
  InMemory() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  }
};

/// The parameter says which of the points, so that several processes share them.
class PruneKilled : private InMemory, public CliTest, public testing::WithParamInterface<int> {
 protected:
  fs::path pristine() const { return home_ / "pristine"; }

  void SetUp() override {
    fs::create_directory(pristine());
    add_kernels(pristine(), kEntries);
    // The groups name the place where the copies are going to be.
    for (const auto& entry : fs::directory_iterator(pristine())) {
      const fs::path group = entry.path() / "__grp__add_kernel.json";
      std::string text = read_file(group);
      for (std::size_t at = 0; (at = text.find(pristine().string(), at)) != std::string::npos;)
        text.replace(at, pristine().string().size(), cache().string());
      write_file(group, text);
      set_age(entry.path(), std::chrono::hours(1));
    }
  }

  /// A fresh cache. Its files are links to the pristine ones: what prunes a cache never writes into a file of it.
  void renew() {
    fs::remove_all(cache());
    fs::create_directories(cache());
    for (const auto& entry : fs::directory_iterator(pristine())) {
      const fs::path copy = cache() / entry.path().filename();
      fs::create_directory(copy);
      for (const auto& file : fs::directory_iterator(entry)) fs::create_hard_link(file, copy / file.path().filename());
      set_age(copy, std::chrono::hours(1));
    }
    fs::remove_all(home_ / ".local");
  }

  ShimmedRun prune(const std::vector<std::string>& how, const std::string& variable, const std::string& value) {
    std::vector<std::string> arguments{"prune",          "-y",   "--grace",          "0s", "--cache-dir",
                                       cache().string(), "--db", database().string()};
    arguments.insert(arguments.end(), how.begin(), how.end());
    std::vector<std::pair<std::string, std::string>> environment{
        {"TCM_TEST_ROOT", cache().string()}, {"HOME", home_.path().string()}, {variable, value}};
    return run_shimmed(TCM_PROGRAM, arguments, environment);
  }

  long count_calls(const std::vector<std::string>& how) {
    renew();
    const fs::path counted = home_ / "counted";
    fs::remove(counted);
    const ShimmedRun run = prune(how, "TCM_TEST_COUNT", counted.string());
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return std::stol(read_file(counted));
  }

  /// Every entry must be one that Triton hits, or be gone if it may be.
  void check_entries(bool may_be_gone, const std::string& when) {
    int hits = 0;
    for (const auto& entry : fs::directory_iterator(pristine())) {
      const fs::path copy = cache() / entry.path().filename();
      if (may_be_gone && !fs::exists(copy)) continue;
      ASSERT_TRUE(fs::exists(copy)) << when << copy;
      const auto group = nlohmann::json::parse(read_file(copy / "__grp__add_kernel.json"));
      bool metadata = false;
      bool binary = false;
      std::size_t listed = 0;
      for (const auto& [name, path] : group.at("child_paths").items()) {
        ++listed;
        const fs::path file = path.get<std::string>();
        ASSERT_EQ(file, copy / name) << when;
        ASSERT_TRUE(fs::exists(file)) << when << file;
        ASSERT_EQ(fs::file_size(file), fs::file_size(entry.path() / name)) << when << file;
        metadata |= name == "add_kernel.json";
        binary |= name == "add_kernel.cubin" || name == "add_kernel.hsaco";
      }
      ASSERT_TRUE(metadata && binary) << when << copy;
      if (may_be_gone) {
        ASSERT_EQ(listed, 7U) << when << "not whole: " << copy;
      }
      ++hits;
    }
    if (!may_be_gone) {
      ASSERT_EQ(hits, kEntries);
    }
  }

  /// The next run of the index tells what is there, and the next prune does the rest.
  void check_the_next_runs(const std::vector<std::string>& how, bool full) {
    const auto indexed = json({"index", "--cache-dir", cache().string(), "--json"});
    std::int64_t there = 0;
    for (const auto& entry : fs::directory_iterator(cache())) there += entry.path().filename() != ".tcm-trash";
    EXPECT_EQ(indexed.at("now").as_int64(), there);
    const ShimmedRun rest = prune(how, "TCM_TEST_UNUSED", "");
    EXPECT_EQ(rest.exit_code, 0) << rest.output;
    EXPECT_FALSE(fs::exists(cache() / ".tcm-trash"));
    if (full) {
      EXPECT_TRUE(fs::is_empty(cache()));
      return;
    }
    check_entries(false, "after the rest: ");
    for (const auto& item : fs::recursive_directory_iterator(cache()))
      EXPECT_TRUE(item.path().extension() != ".ttir" && item.path().extension() != ".source") << item.path();
  }

  void kill_at_points(const std::vector<std::string>& how, bool full) {
    const long calls = count_calls(how);
    ASSERT_GT(calls, kEntries);
    for (int point = GetParam(); point < kPoints; point += kShards) {
      const long at = 1 + point * (calls - 1) / (kPoints - 1);
      renew();
      const ShimmedRun run = prune(how, "TCM_TEST_KILL_AT", std::to_string(at));
      ASSERT_EQ(run.signal, SIGKILL) << at << " of " << calls << ": " << run.output;
      check_entries(full, "killed at " + std::to_string(at) + " of " + std::to_string(calls) + ": ");
      if (HasFatalFailure()) return;
      if (point / kShards % 5 == 0) check_the_next_runs(how, full);
      if (HasFailure()) return;
    }
  }
};

TEST_P(PruneKilled, LeavesEveryEntryAHitWhenItDropsIr) { kill_at_points({}, false); }

TEST_P(PruneKilled, LeavesEveryEntryWholeOrGoneWhenItRemoves) { kill_at_points({"--full", "--all"}, true); }

INSTANTIATE_TEST_SUITE_P(Shard, PruneKilled, testing::Range(0, kShards));

}  // namespace
}  // namespace tcm::test
