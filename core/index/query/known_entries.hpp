// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/records.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See Index::known_entries().
Result<void> read_known_entries(Session& session, std::int64_t root_id, std::uint64_t shards, std::uint64_t shard,
                                const std::function<void(const KnownEntry&)>& each);

/// See Index::keys_of().
Result<void> read_keys(Session& session, const std::vector<std::int64_t>& record_ids,
                       const std::function<void(std::int64_t id, const std::string& key)>& each);

}  // namespace tcm::index
