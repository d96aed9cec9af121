// SPDX-License-Identifier: Apache-2.0
// The rows of roots and cache directories.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/roots.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// What is unique of the row of a root or a cache directory: one path on two hosts is two roots.
std::string identity_of_path(const Session& session, const std::string& path);

/// This host's root at `path`; null when the index has none. Throws soci::soci_error.
Result<std::optional<RootRow>> find_root(Session& session, const std::string& path);

/// Computes the sums of a root's records. Throws soci::soci_error.
void compute_sums(soci::session& sql, std::int64_t root_id, RootRow& row);

/// See Index::roots(), Index::root_sums() and Index::cache_dirs().
Result<std::vector<RootRow>> read_roots(Session& session, Hosts hosts);
Result<std::optional<RootSums>> sum_roots(Session& session);
Result<std::vector<CacheDirRow>> read_cache_dirs(Session& session, Hosts hosts);

}  // namespace tcm::index
