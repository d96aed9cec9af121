// SPDX-License-Identifier: Apache-2.0
// Digests of an entry's files as one text: they are written and read together, and never searched.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/digest.hpp"

namespace tcm::index {

/// A JSON array of [name, bytes, inode, modification time, SHA-256].
std::string pack_digests(const std::vector<model::FileDigest>& files);

/// Nothing when pack_digests() writes no such text.
std::optional<std::vector<model::FileDigest>> unpack_digests(std::string_view text);

}  // namespace tcm::index
