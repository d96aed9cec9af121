// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/cache/inspect/hit_check.hpp"
#include "core/cache/read/naming.hpp"

namespace tcm::cache {

/// How an editor works, whatever it is told to do.
struct EditorOptions {
  Naming naming;              ///< borrowed, as for Root
  std::int64_t grace_ns = 0;  ///< entries modified less than this ago are kept; 0: none are
  std::string trash_id;       ///< not empty: removed entries are kept as .tcm-trash/<trash_id>/<key>
  unsigned jobs = 1;          ///< threads that delete what was removed, this one included
  bool keep_paths = false;    ///< groups keep the directory that they name, also when it is not this root
  BinaryCheck binary_check;   ///< asked before a group is changed; empty: no binary is looked at
};

}  // namespace tcm::cache
