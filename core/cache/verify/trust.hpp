// SPDX-License-Identifier: Apache-2.0
// Who could put code into a cache: Triton runs what lies there without a question.
#pragma once

#include <string>
#include <vector>

#include "core/cache/read/entry_files.hpp"
#include "core/cache/verify/finding.hpp"

namespace tcm::cache {

/// The directories from `path` up to "/", by owner and mode, and links in the path as it is spelled. Finding::file is a
/// whole path. Thread-safe.
std::vector<Finding> check_ancestors(const std::string& path);

/// The entry's directory and what lies directly in it: owners, modes, links. Thread-safe.
std::vector<Finding> check_owners(int entry, const EntryFiles& files);

}  // namespace tcm::cache
