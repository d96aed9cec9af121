// SPDX-License-Identifier: Apache-2.0
// The filters that list, stats, show and every later command share: a user's words in, criteria of the index out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/index/values/criteria.hpp"
#include "core/service/backends.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What a user typed, unparsed. A leading '!' negates where the comment says so.
struct FilterWords {
  std::vector<std::string> names;            ///< exact; may be negated
  std::vector<std::string> globs;            ///< shell patterns; may be negated
  std::vector<std::string> backends;         ///< target names or a backend's other words for them; may be negated
  std::vector<std::string> archs;            ///< any form that a backend reads; may be negated
  std::vector<std::string> triton_versions;  ///< "3.6.0", "3.3" (any 3.3.x), ">=3.3,<3.5"
  std::vector<std::string> kinds;            ///< entry kinds, or "all"; may be negated
  std::vector<std::string> older_than;       ///< a duration ("7d") or a date
  std::vector<std::string> younger_than;
  std::vector<std::string> sizes;  ///< ">1M", "<=64K", "1M" (at least)
  std::vector<std::string> where;  ///< conditions on any field, see where.hpp; all must hold
  std::vector<std::string> cache_dirs;
  std::string key_prefix;
  // For questions only: whatever deletes is about this host, and does not offer these. See fleet.hpp.
  std::vector<std::string> hosts;  ///< shell patterns on names of hosts; may be negated
  std::string missing_on;          ///< a host: only kernels that it does not have
};

/// Parses all of it. `now_ns` is what ages are measured from. Loads the backends only when a filter needs them. Errors
/// (usage) name the option, the value and the accepted form; bounds that contradict each other are refused.
Result<index::Criteria> parse_filters(const FilterWords& words, const Backends& backends, std::int64_t now_ns,
                                      index::RecordColumns columns = index::record_columns());

/// Fails (usage) when no record has a field that the filters name: most likely it was mistyped.
Result<void> check_fields(const index::Criteria& criteria, index::Index& index);

/// The same of a field that `option` names.
Result<void> check_field(const index::Field& field, std::string_view option, index::Index& index);

/// True when no filter narrows anything.
bool is_empty(const FilterWords& words);

/// ">=3.3,<3.5" as bounds; "3.3" matches every 3.3.x.
Result<std::vector<index::VersionBound>> parse_version_bounds(const std::string& text);

/// The kinds that `--kind` asks for; none when it was not given. Errors: usage.
Result<std::vector<model::EntryKind>> parse_kinds(const std::vector<std::string>& given);

/// ">1M" as a bound; a bare size means "at least".
Result<index::SizeBound> parse_size_bound(const std::string& text);

}  // namespace tcm::service
