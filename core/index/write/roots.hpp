// SPDX-License-Identifier: Apache-2.0
// Making and removing the rows of roots and cache directories.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/roots.hpp"
#include "core/index/write/own_host.hpp"
#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See the functions of Index with these names.
Result<RootRow> ensure_root(Session& session, OwnHost& host, const model::RootLocation& location,
                            const model::DirectoryPlace& place);
Result<void> put_cache_dir(Session& session, OwnHost& host, const CacheDirRow& row);
Result<void> move_root(Session& session, std::int64_t id, const model::RootLocation& location,
                       const model::DirectoryPlace& place);
Result<void> mark_absent(Session& session, std::int64_t id, std::int64_t since_ns);
Result<void> forget_cache_dir(Session& session, const std::string& path);
Result<std::int64_t> forget_roots(Session& session, const std::string& cache_dir,
                                  const std::vector<std::string>& present);

}  // namespace tcm::index
