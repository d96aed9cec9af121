// SPDX-License-Identifier: Apache-2.0
// How roots may be named in groups: Triton writes its directory as it was told it, through links, too.
#pragma once

#include <string>
#include <vector>

#include "core/model/entry.hpp"

namespace tcm::service {

/// A cache directory as a user or the environment writes it, and where that leads.
struct Spelling {
  std::string written;  ///< absolute, without a slash at its end
  std::string resolved;
};

/// Of these paths, and of the cache directories that the environment names.
std::vector<Spelling> spellings_of(const std::vector<std::string>& cache_dirs);

/// The root's path, canonical, and what it is through each of the spellings.
std::vector<std::string> spelled(const std::string& root, const std::vector<Spelling>& spellings);

/// Notes of each record whether its group names another directory than these. Text only: nothing is looked at.
void note_elsewhere(model::Entry& entry, const std::vector<std::string>& spelled);

}  // namespace tcm::service
