// SPDX-License-Identifier: Apache-2.0
// The standard keys of the plugin interface, as a table: what a resource may be called without a vendor's prefix.
#pragma once

#include <span>
#include <string_view>

namespace tcm::backend {

std::span<const std::string_view> standard_attributes();
bool is_standard_attribute(std::string_view key);

}  // namespace tcm::backend
