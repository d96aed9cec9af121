// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/inspect/hit_check.hpp"
#include "core/cache/read/naming.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::cache {

/// How an editor works, whatever it is told to do.
struct EditorOptions {
  Naming naming;              ///< borrowed, as for Root
  std::int64_t grace_ns = 0;  ///< entries modified less than this ago are kept; 0: none are
  std::string trash_id;       ///< not empty: removed entries are kept as .tcm-trash/<trash_id>/<key>
  unsigned jobs = 1;          ///< threads that delete what was removed, this one included
  bool keep_paths = false;    ///< of a drop: groups keep the directory that they name, also when it is not this root
  BinaryCheck binary_check;   ///< asked before a group is changed; empty: no binary is looked at
  /// Other spellings of the root's path that its groups may rightly name it by: through links, as the user writes it.
  std::vector<std::string> spellings;
  /// Where those that look the entries up see the root, when that is not its path: absolute. Of a rewrite.
  std::string seen_at;
  /// By target, the fields of the metadata that hold a path into the cache.
  std::map<std::string, std::vector<std::string>, std::less<>> path_fields;
  std::optional<RootId> root;  ///< which directory the path led to when the plan was made; another one is refused
};

}  // namespace tcm::cache
