// SPDX-License-Identifier: Apache-2.0
// The two entries that are compared, found by a user's words: keys, names, paths, or the newest two that filters leave.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/filters.hpp"
#include "core/service/query/search.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct Side {
  Shown shown;
  std::string root;     ///< as this host calls it; empty: the entry lies on another host only
  bool indexed = true;  ///< false: read from the disk just now, so what only the index keeps is not known

  /// How messages and diffs call it: its path, or its key.
  std::string name() const;
};

/// Either a side, or what an ambiguous word could mean: see ShowResult.
struct FoundSide {
  std::optional<Side> side;
  ShowResult ambiguous;
};

/// As show() finds records. Of several kernels of one entry it is the first. The path of an entry that the index does
/// not know is read from the disk. Errors: as show(); usage for a key that lies in several roots.
Result<FoundSide> find_side(const std::string& word, const FilterWords& filters, index::Index& index,
                            const Backends& backends, std::int64_t now_ns);

/// The two that were modified last of what the filters leave, of different keys, the older first. Without a kind filter
/// only kernels count. Errors: missing when there are fewer; usage.
Result<std::pair<Side, Side>> newest_two(const FilterWords& filters, index::Index& index, const Backends& backends,
                                         std::int64_t now_ns);

}  // namespace tcm::service
