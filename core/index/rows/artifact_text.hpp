// SPDX-License-Identifier: Apache-2.0
// The artifacts of a record as one text, and back: JSON, [["name","kind","type",bytes],…].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/entry.hpp"

namespace tcm::index {

/// File names are any bytes and JSON is not, so every byte that is not printable ASCII, and '%', '"' and '\', is
/// written as %XX. The text is then ASCII, in every database and on every terminal.
std::string pack_artifacts(const std::vector<model::Artifact>& artifacts);

/// Null when the text is not what pack_artifacts() writes.
std::optional<std::vector<model::Artifact>> unpack_artifacts(std::string_view text);

}  // namespace tcm::index
