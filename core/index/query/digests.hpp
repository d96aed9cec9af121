// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/model/digest.hpp"

namespace tcm::index {

using TakeDigests = std::function<void(const std::string& key, model::EntryDigests&& digests)>;

/// See Index::digests_of(). Throws soci::soci_error.
void read_digests(Session& session, std::int64_t root_id, const std::vector<std::string_view>& keys,
                  const TakeDigests& each);

}  // namespace tcm::index
