// SPDX-License-Identifier: Apache-2.0
// What the releases of Triton do differently when they look a kernel up. Sources: triton/runtime/cache.py and
// triton/compiler/compiler.py of each.
#pragma once

#include <cstdint>
#include <span>

#include "core/cache/format/release.hpp"
#include "core/cache/verify/finding.hpp"

namespace tcm::cache {

/// What a release does from `from` on, until the next row.
struct LookupRules {
  Release from;
  bool names_only;          ///< the group is a list of names, and files are those of the entry; else a map with paths
  LookupOutcome bad_group;  ///< a group that is no JSON
  LookupOutcome missing_text;    ///< a file that is named, not there, and not needed to run the kernel
  LookupOutcome missing_binary;  ///< the binary is named and not there
};

std::span<const LookupRules> lookup_rules();
/// Those of a release; of one that is older than all, the oldest.
const LookupRules& rules_of(Release release);

}  // namespace tcm::cache
