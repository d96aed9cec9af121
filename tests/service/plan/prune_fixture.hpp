// SPDX-License-Identifier: Apache-2.0
// A cache, its index, and prunes of it: planned, or planned and carried out.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "core/service/change/execute.hpp"
#include "core/service/plan/prune.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {

using model::KeptReason;
using service::PruneMode;
using service::PruneRequest;

/// What `du` counts below a directory: blocks, each file once however many names it has.
inline std::uint64_t disk_usage(const std::filesystem::path& tree) {
  std::uint64_t bytes = 0;
  std::set<ino_t> seen;
  const auto add = [&](const std::filesystem::path& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && seen.insert(found.st_ino).second)
      bytes += static_cast<std::uint64_t>(found.st_blocks) * 512;
  };
  add(tree);
  for (const auto& item : std::filesystem::recursive_directory_iterator(tree)) add(item.path());
  return bytes;
}

/// All files below a directory with their contents, by relative path.
inline std::map<std::string, std::string> contents(const std::filesystem::path& tree) {
  std::map<std::string, std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(tree))
    if (item.is_regular_file() && !item.is_symlink())
      files[item.path().lexically_relative(tree).string()] = read_file(item.path());
  return files;
}

/// The names that an entry's group lists, and whether each is there.
inline std::map<std::string, bool> listed(const std::filesystem::path& entry, const std::string& stem = "add_kernel") {
  std::map<std::string, bool> names;
  const auto group = nlohmann::json::parse(read_file(entry / ("__grp__" + stem + ".json")));
  for (const auto& [name, path] : group.at("child_paths").items()) {
    EXPECT_EQ(path.get<std::string>(), (entry / name).string());
    names[name] = std::filesystem::exists(path.get<std::string>());
  }
  return names;
}

class PruneTest : public ServiceTest {
 protected:
  /// A request for the cache of the fixture, or for `dirs`.
  PruneRequest request(PruneMode mode = PruneMode::drop, std::vector<std::filesystem::path> dirs = {}) {
    PruneRequest made;
    made.mode = mode;
    made.all = mode == PruneMode::full;
    if (dirs.empty()) dirs = {cache()};
    for (const auto& dir : dirs) made.filters.cache_dirs.push_back(dir.string());
    made.trash_keep_ns = 7 * util::kDay;
    made.trash_max_bytes = std::uint64_t{1} << 40;
    return made;
  }

  Result<service::Plan> try_plan(const PruneRequest& request) {
    service::PruneProgress progress;
    return service::plan_prune(request, index_, backends_, util::now_ns(), progress);
  }

  service::Plan plan(const PruneRequest& request) {
    auto made = try_plan(request);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }

  service::ExecuteReport carry_out(service::Plan& plan, std::int64_t grace_ns = 0) {
    service::PruneProgress progress;
    service::ExecuteOptions options;
    options.grace_ns = grace_ns;
    auto report = service::execute(plan, options, index_, backends_, progress);
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }

  service::ExecuteReport prune(const PruneRequest& request) {
    service::Plan made = plan(request);
    return carry_out(made, request.grace_ns);
  }

  static std::vector<service::PlanItem> items(service::Plan& plan) {
    std::vector<service::PlanItem> found;
    const auto walked = plan.items.for_each([&](service::PlanItem&& item) -> Result<void> {
      found.push_back(std::move(item));
      return {};
    });
    if (!walked) throw std::runtime_error(walked.error().message);
    return found;
  }

  static std::vector<std::string> planned_keys(service::Plan& plan) {
    std::vector<std::string> keys;
    for (const auto& item : items(plan)) keys.push_back(item.change.key);
    return keys;
  }

  static std::uint64_t kept(const service::KeptList& list, KeptReason reason) { return list.of(reason).count; }
};

}  // namespace tcm::test
