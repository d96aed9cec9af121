// SPDX-License-Identifier: Apache-2.0
#include "core/backend/terms/standard_attributes.hpp"

#include <algorithm>
#include <array>

#include "tcm/plugin/standard_keys.h"

namespace tcm::backend {
namespace {

constexpr AttributeType type_of(tcm_attr_type type) {
  return type == TCM_ATTR_STR ? AttributeType::text : AttributeType::unsigned_number;
}

#define TCM_ROW(key, type, unit) StandardAttribute{key, type_of(type), unit},
constexpr std::array kAttributes{TCM_STANDARD_KEYS(TCM_ROW)};
#undef TCM_ROW

}  // namespace

std::span<const StandardAttribute> standard_attributes() { return kAttributes; }

const StandardAttribute* find_standard_attribute(std::string_view key) {
  const auto at = std::find_if(kAttributes.begin(), kAttributes.end(),
                               [key](const StandardAttribute& attribute) { return attribute.key == key; });
  return at == kAttributes.end() ? nullptr : &*at;
}

bool is_standard_attribute(std::string_view key) { return find_standard_attribute(key) != nullptr; }

}  // namespace tcm::backend
