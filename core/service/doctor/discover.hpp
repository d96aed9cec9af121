// SPDX-License-Identifier: Apache-2.0
// The kernel caches of this user: by variables, by the defaults of tools, and by what running processes were told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cache/places/known_places.hpp"
#include "core/util/machine/processes.hpp"

namespace tcm::service {

struct FoundPlace {
  std::string path;                     ///< canonical as far as it exists
  std::string tool;                     ///< of the table of known places
  bool holds_roots = false;             ///< Triton's entries may lie there
  std::vector<std::string> known_from;  ///< "default", "env TRITON_CACHE_DIR", "env VLLM_CACHE_ROOT of process 4121"
  bool exists = false;
};

/// Each place once, those of Triton's entries first. Of processes those of this user count whose paths mean what ours
/// mean: who sets a variable of his own shall not decide what somebody else reads.
std::vector<FoundPlace> find_places(const cache::PlaceEnvironment& environment,
                                    const std::vector<util::Process>& processes);

/// What `index --discover` reads: the places of Triton's entries that are there and hold a root, or may hold one.
/// Opens directories only.
std::vector<std::string> discovered_cache_dirs(const cache::PlaceEnvironment& environment, const std::string& proc);

}  // namespace tcm::service
