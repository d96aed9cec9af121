// SPDX-License-Identifier: Apache-2.0
// The resources of a record as two JSON objects, from key to figure and from key to unit, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/resource.hpp"

namespace tcm::index {

/// Empty when there is nothing to store. Of several figures with one key the first counts.
std::string pack_figures(const std::vector<model::Resource>& resources);
std::string pack_units(const std::vector<model::Resource>& resources);

/// In the order in which they were packed. Null when the texts are not what was packed.
std::optional<std::vector<model::Resource>> unpack_resources(std::string_view figures, std::string_view units);

}  // namespace tcm::index
