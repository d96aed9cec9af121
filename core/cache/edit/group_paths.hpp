// SPDX-License-Identifier: Apache-2.0
// The paths that a group gives its children and the metadata the entry, and whether they name the root that the entry
// lies in.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/cache/edit/editor_options.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::cache {

/// Compares text only: no path that a group names reaches the system, which would have to walk it, whatever is mounted
/// there. One thread at a time.
class GroupPaths {
 public:
  GroupPaths(const Root& root, const EditorOptions& options);

  /// What groups are to call the root.
  const std::string& root() const { return path_; }
  /// The path that a child is to have; empty: the one that it has.
  std::string new_path(std::string_view key, std::string_view name, std::string_view path) const;
  /// The same of a path in the metadata, of the entry or of what lies in it; others stay.
  std::string new_entry_path(std::string_view key, std::string_view path) const;

 private:
  std::string path_;
  bool keep_paths_;
  std::set<std::string, std::less<>> spellings_;  ///< of the root, that one included
};

}  // namespace tcm::cache
