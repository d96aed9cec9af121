// SPDX-License-Identifier: Apache-2.0
// Questions to an index that several hosts share.
#pragma once

#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/index/values/criteria.hpp"
#include "core/service/query/filters.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What a question is about.
struct HostScope {
  std::vector<index::RootRow> roots;
  std::vector<index::RootRow> repeated;  ///< the same directories as others see them
  std::vector<index::RootRow> absent;    ///< not here when they were looked for: left out, unless the filters name them
};

/// Makes `criteria` ask all hosts, or those that the filters name. A directory that several of them have indexed counts
/// once: as the root that was indexed last. Errors: missing, when no host is meant.
Result<HostScope> ask_hosts(const FilterWords& words, index::Index& index, index::Criteria& criteria);

/// What the roots of a question hold, whatever it asks for.
struct ScopeSums {
  std::int64_t kernels = 0;
  std::uint64_t bytes = 0;
  std::vector<index::RootRow> absent{};  ///< as in HostScope
};

/// As ask_hosts(), for questions that want no more of the roots than their sums: of thousands of hosts, the database
/// then adds them up instead of handing them over.
Result<ScopeSums> ask_hosts_for_sums(const FilterWords& words, index::Index& index, index::Criteria& criteria);

/// The cache directories of the same hosts, but for those that only have repeated roots.
Result<std::vector<index::CacheDirRow>> cache_dirs_of(const FilterWords& words, const HostScope& scope,
                                                      index::Index& index);

}  // namespace tcm::service
