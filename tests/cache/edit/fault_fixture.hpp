// SPDX-License-Identifier: Apache-2.0
// A small cache of kernels of all sorts, and an editor whose system calls fail or that is killed.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/format/file_names.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {

using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr int kEntries = 6;

// Kernels of all sorts: maps, a list, two in one entry, a moved cache, and a temporary of a dead writer.
inline void make_cache(const std::filesystem::path& root) {
  add_kernels(root, kEntries - 3);
  KernelSpec list;
  list.seed = 100;
  list.group = GroupShape::list;
  add_kernel(root, list);
  KernelSpec moved;
  moved.seed = 101;
  moved.group_root = "/old/place";
  add_kernel(root, moved);
  KernelSpec two;
  two.seed = 102;
  add_kernel(root, two);
  two.name = "other_kernel";
  two.source = kHip942;
  const std::filesystem::path entry = add_kernel(root, two);
  write_file(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir", "half of");
  set_tree_age(entry, std::chrono::hours(1));
}

inline std::set<std::string> listed(const std::filesystem::path& group) {
  const nlohmann::json children = nlohmann::json::parse(read_file(group)).at("child_paths");
  std::set<std::string> names;
  for (const auto& [name, path] : children.items())
    names.insert(children.is_array() ? path.get<std::string>() : std::string(name));
  return names;
}

// What an entry holds that a hit needs: everything that a group lists, the binary and the metadata among it.
inline void expect_hit(const std::filesystem::path& entry, const std::set<std::string>& original) {
  const auto names = names_in(entry);
  for (const std::string& name : original) {
    if (!cache::is_group(name)) continue;
    ASSERT_TRUE(names.contains(name)) << entry << " lost " << name;
    const auto children = listed(entry / name);
    const std::string stem(cache::group_stem(name));
    EXPECT_TRUE(children.contains(stem + ".json")) << entry;
    EXPECT_TRUE(children.contains(stem + ".cubin") || children.contains(stem + ".hsaco")) << entry;
    for (const std::string& child : children) EXPECT_TRUE(names.contains(child)) << entry << " lists " << child;
  }
}

class EditorFault : public testing::Test {
 protected:
  void SetUp() override {
    make_cache(root());
    for (const std::string& key : names_in(root())) original_[key] = names_in(root() / key);
  }
  std::filesystem::path root() const { return dir_ / "cache"; }

  ShimmedRun drive(const std::string& action, Environment environment, const std::string& trash = {},
                   const std::function<void()>& paused = {}) const {
    environment.emplace_back("TCM_TEST_ROOT", root().string());
    std::vector<std::string> words{action, root().string()};
    if (!trash.empty()) words.push_back(trash);
    return run_shimmed(TCM_EDITOR_DRIVER, words, environment, paused);
  }

  // How many calls a run makes that change something.
  long count_calls(const std::string& action, const std::string& trash = {}) {
    const std::filesystem::path saved = dir_ / "saved";
    copy_tree(root(), saved);
    const ShimmedRun run = drive(action, {{"TCM_TEST_COUNT", (dir_ / "count").string()}}, trash);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    put_back(saved);
    return std::stol(read_file(dir_ / "count"));
  }

  void put_back(const std::filesystem::path& saved) const {
    std::filesystem::remove_all(root());
    copy_tree(saved, root());
  }

  bool has_ir(const std::string& key) const {
    for (const std::string& name : names_in(root() / key))
      if (name.ends_with("ir") || name.ends_with(".source")) return true;
    return false;
  }
  void expect_no_ir() const {
    for (const auto& [key, names] : original_) EXPECT_FALSE(has_ir(key)) << key;
  }
  // That many entries are as they were; those and the others are hits.
  void expect_whole(int expected) const {
    int whole = 0;
    for (const auto& [key, names] : original_) {
      expect_hit(root() / key, names);
      whole += names_in(root() / key) == names;
    }
    EXPECT_EQ(whole, expected);
  }

  TempDir dir_;
  std::map<std::string, std::set<std::string>> original_;
};

}  // namespace tcm::test
