// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/processors.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

namespace tcm::util {
namespace {

namespace fs = std::filesystem;

/// The line "0::/path" is the group of version 2; there is none where only version 1 is used.
std::string group_of(const std::string& groups) {
  std::ifstream file(groups);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::/")) return line.substr(3);
  return {};
}

/// "150000 100000" is the time of one and a half; "max …", and what is not there, is no limit.
unsigned allowed_by(const fs::path& quota_file) {
  std::uint64_t quota = 0;
  std::uint64_t period = 0;
  std::ifstream file(quota_file);
  if (!(file >> quota >> period) || period == 0) return std::numeric_limits<unsigned>::max();
  const std::uint64_t count = quota / period + (quota % period == 0 ? 0 : 1);
  return static_cast<unsigned>(std::clamp<std::uint64_t>(count, 1, std::numeric_limits<unsigned>::max()));
}

}  // namespace

unsigned usable_processors(const std::string& groups, const std::string& mount) {
  unsigned count = std::max(1U, std::thread::hardware_concurrency());
  const std::string group = group_of(groups);
  // A path that leads out of the mount ("/../other") is of a group that cannot be seen from here.
  if (group.empty() || group.find("..") != std::string::npos) return count;
  const fs::path top(mount);
  for (fs::path at(mount + group); at.native().size() > top.native().size(); at = at.parent_path())
    count = std::min(count, allowed_by(at / "cpu.max"));
  return std::min(count, allowed_by(top / "cpu.max"));
}

}  // namespace tcm::util
