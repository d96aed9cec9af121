// SPDX-License-Identifier: Apache-2.0
// The standard keys of the plugin interface, as a table: what a resource may be called without a vendor's prefix, and
// of which type and unit it is then.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tcm::backend {

enum class AttributeType : std::uint8_t { text, unsigned_number };

struct StandardAttribute {
  std::string_view key;
  AttributeType type;
  std::string_view unit;  ///< empty for names and plain counts
};

std::span<const StandardAttribute> standard_attributes();

/// Null for a key that is not in the table.
const StandardAttribute* find_standard_attribute(std::string_view key);
bool is_standard_attribute(std::string_view key);

}  // namespace tcm::backend
