// SPDX-License-Identifier: Apache-2.0
// A repair that removes, rewrites, drops and sweeps, killed at every call that changes something, or refused it: every
// entry is whole, mended, or in the trash, and the next repair finishes.
#include <cstdlib>
#include <map>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  ///< name below the entry, bytes
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr int kParts = 4;

Files files_of(const fs::path& entry) {
  Files files;
  for (const auto& item : fs::recursive_directory_iterator(entry))
    if (item.is_regular_file()) files[fs::relative(item.path(), entry).string()] = read_file(item.path());
  return files;
}

bool is_temporary(const std::string& name) { return name.starts_with("tmp.pid_"); }

class RepairKilled : public CliTest, public testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    kept(add({.seed = 1}));
    kept(add({.seed = 2, .group_root = "/was/here"}));
    removed(add({.seed = 3}, [](const fs::path& entry) { write_file(entry / "__grp__add_kernel.json", ""); }));
    removed(add({.seed = 4}, [](const fs::path& entry) { fs::resize_file(entry / "add_kernel.cubin", 100); }));
    kept(add({.seed = 5, .group = GroupShape::list}));
    kept(add({.seed = 6}, [](const fs::path& entry) { fs::remove(entry / "add_kernel.ttir"); }));
    kept(add({.seed = 7, .group_root = "/was/here"},
             [](const fs::path& entry) { fs::remove(entry / "add_kernel.llir"); }));
    kept(add({.seed = 8}, [](const fs::path& entry) {
      write_file(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12" / "add_kernel.ttir", "half of");
    }));
    removed(add_partial(pristine(), 9));
    removed(add_leftover(pristine(), 10));
    for (const auto& entry : fs::directory_iterator(pristine())) {
      set_tree_age(entry.path(), std::chrono::hours(1));
      before_[entry.path().filename().string()] = files_of(entry.path());
    }
  }

  fs::path pristine() const { return home_ / "pristine"; }

  fs::path add(KernelSpec spec, const std::function<void(const fs::path&)>& change = {}) {
    if (spec.group_root.empty()) spec.group_root = cache().string();
    const fs::path entry = add_kernel(pristine(), spec);
    if (change) change(entry);
    return entry;
  }
  void kept(const fs::path& entry) { kept_.push_back(entry.filename().string()); }
  void removed(const fs::path& entry) { removed_.push_back(entry.filename().string()); }

  void renew() {
    fs::remove_all(cache());
    copy_tree(pristine(), cache());
    fs::remove_all(home_ / ".local");
  }

  ShimmedRun repair(const Environment& more, const std::vector<std::string>& how = {}) {
    Environment environment{{"TCM_TEST_ROOT", cache().string()}, {"HOME", home_.path().string()}};
    environment.insert(environment.end(), more.begin(), more.end());
    std::vector<std::string> arguments{"repair",         "-y",   "--grace",          "0s", "--cache-dir",
                                       cache().string(), "--db", database().string()};
    arguments.insert(arguments.end(), how.begin(), how.end());
    return run_shimmed(TCM_PROGRAM, arguments, environment);
  }

  /// The entry in the root, or in a bin of the trash; empty: in neither.
  fs::path find(const std::string& key) const {
    if (fs::exists(cache() / key)) return cache() / key;
    if (fs::exists(cache() / ".tcm-trash"))
      for (const auto& bin : fs::directory_iterator(cache() / ".tcm-trash"))
        if (fs::exists(bin.path() / key)) return bin.path() / key;
    return {};
  }

  void check_removed(const std::string& key, bool may_be_gone) {
    const fs::path place = find(key);
    if (place.empty() || place.parent_path().filename().string().starts_with("tmp.")) {
      EXPECT_TRUE(may_be_gone) << key << " is nowhere";
    } else {
      EXPECT_EQ(files_of(place), before_.at(key)) << place;
    }
  }

  /// As it was, or a group that names what is there; nothing of it is lost.
  void check_kept(const std::string& key) {
    ASSERT_TRUE(fs::exists(cache() / key)) << key;
    Files now = files_of(cache() / key);
    const std::string group = "__grp__add_kernel.json";
    for (const auto& [name, bytes] : before_.at(key)) {
      if (name == group || is_temporary(name)) continue;
      ASSERT_TRUE(now.contains(name)) << key << " lost " << name;
      EXPECT_EQ(now.at(name), bytes) << key << "/" << name;
    }
    ASSERT_TRUE(now.contains(group)) << key;
    if (now.at(group) == before_.at(key).at(group)) return;
    const auto children = nlohmann::json::parse(now.at(group)).at("child_paths");
    EXPECT_TRUE(children.contains("add_kernel.cubin") && children.contains("add_kernel.json")) << key;
    for (const auto& [name, path] : children.items()) {
      EXPECT_TRUE(now.contains(name)) << key << " lists " << name;
      EXPECT_EQ(path.get<std::string>(), (cache() / key / name).string());
    }
  }

  void check_all(bool may_be_gone = false) {
    for (const std::string& key : kept_) check_kept(key);
    for (const std::string& key : removed_) check_removed(key, may_be_gone);
  }

  void check_the_next_run(const std::vector<std::string>& how) {
    const ShimmedRun again = repair({}, how);
    EXPECT_EQ(again.exit_code, 0) << again.output;
    check_all(!how.empty());
    const ProgramResult verified = tcm({"verify"});
    EXPECT_EQ(verified.exit_code, 0);
    EXPECT_THAT(verified.out, testing::HasSubstr("Nothing is wrong"));
  }

  void kill_everywhere(const std::vector<std::string>& how) {
    renew();
    const fs::path counted = home_ / "counted";
    const ShimmedRun whole = repair({{"TCM_TEST_COUNT", counted.string()}}, how);
    ASSERT_EQ(whole.exit_code, 0) << whole.output;
    check_all(!how.empty());
    const long calls = std::stol(read_file(counted));
    ASSERT_GT(calls, 12) << "each entry but one is changed";
    for (long at = 1 + GetParam(); at <= calls; at += kParts) {
      SCOPED_TRACE("killed at call " + std::to_string(at) + " of " + std::to_string(calls));
      renew();
      ASSERT_EQ(repair({{"TCM_TEST_KILL_AT", std::to_string(at)}}, how).signal, SIGKILL);
      check_all(!how.empty());
      if (at % 3 == 0) check_the_next_run(how);
      if (HasFailure()) return;
    }
  }

  std::vector<std::string> kept_, removed_;
  std::map<std::string, Files> before_;
};

TEST_P(RepairKilled, LeavesEveryEntryWholeMendedOrInTheTrash) { kill_everywhere({}); }

TEST_P(RepairKilled, LeavesEveryEntryWholeMendedOrGoneWithoutATrash) { kill_everywhere({"--no-trash"}); }

INSTANTIATE_TEST_SUITE_P(Shard, RepairKilled, testing::Range(0, kParts));

class RepairRefused : public RepairKilled {};

TEST_P(RepairRefused, LeavesEveryEntryWholeMendedOrInTheTrashWhateverFails) {
  for (const std::string call :
       {"renameat", "renameat2", "unlinkat", "openat", "write", "futimens", "mkdirat", "syncfs"})
    for (int at = 1 + GetParam(); at <= 8; at += kParts) {
      const std::string fault = call + ":" + std::to_string(at) + ":" + (at % 2 == 0 ? "EIO" : "ENOSPC");
      SCOPED_TRACE(fault);
      renew();
      const ShimmedRun run = repair({{"TCM_TEST_FAULT", fault}});
      EXPECT_EQ(run.signal, 0) << run.output;
      check_all();
      if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Shard, RepairRefused, testing::Range(0, kParts));

}  // namespace
}  // namespace tcm::test
