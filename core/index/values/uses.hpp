// SPDX-License-Identifier: Apache-2.0
// What jobs did with entries, on its way from their logs into the index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcm::index {

/// What is to be added for one entry.
struct EntryUses {
  std::string key;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::optional<std::int64_t> last_hit_ns{};
};

struct RootUses {
  std::int64_t root_id = 0;
  std::vector<EntryUses> entries;  ///< each key once
};

/// The part of a log, which has this name on every machine, that was read.
struct LogRead {
  std::string name;
  std::int64_t from = 0;  ///< as logs_read_to() said
  std::int64_t to = 0;
};

}  // namespace tcm::index
