// SPDX-License-Identifier: Apache-2.0
// Whose the things in a trash area are. Functions are thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/disk/directory.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// Whether what lies in an area is this user's to move and to delete; everything is root's.
bool is_ours(const disk::Node& node);

/// What is said of another user's: denied.
tl::unexpected<Error> owned_by_other(const std::string& path, std::uint32_t user);

}  // namespace tcm::cache
