// SPDX-License-Identifier: Apache-2.0
// The paths that a group gives its children, and whether they name the root that the entry lies in.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "core/cache/read/root.hpp"
#include "core/disk/directory.hpp"

namespace tcm::cache {

/// Finds out which directory a group's path is in, by looking at it; opens nothing. Remembers, as all entries of a
/// cache say the same. One thread at a time.
class GroupPaths {
 public:
  GroupPaths(const Root& root, bool keep_paths);

  /// The path that a child is to have; empty: the one that it has.
  std::string new_path(std::string_view key, std::string_view name, std::string_view path);

 private:
  bool names_root(std::string_view directory);

  std::string path_;
  disk::Node node_;
  bool keep_paths_;
  std::unordered_map<std::string, bool> known_;
};

}  // namespace tcm::cache
