// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/spills.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <variant>

namespace tcm::service {
namespace {

// A backend that has one of these tells spills from other memory of a thread.
constexpr std::array<std::string_view, 4> kSpills{"spill_stores_bytes", "spill_loads_bytes", "vgpr_spills",
                                                  "sgpr_spills"};

struct Memory {
  std::string_view key;
  std::string_view label;
};
constexpr std::array<Memory, 3> kMemory{
    {{"stack_bytes", "stack"}, {"scratch_bytes", "scratch"}, {"local_bytes", "local memory"}}};

bool is_over_zero(const std::vector<model::Resource>& resources, std::string_view key) {
  return std::any_of(resources.begin(), resources.end(), [key](const model::Resource& resource) {
    const auto* number = std::get_if<std::int64_t>(&resource.value);
    return resource.key == key && number != nullptr && *number > 0;
  });
}

}  // namespace

SpillWords spill_words(const std::vector<model::Resource>& resources) {
  for (const std::string_view key : kSpills)
    if (is_over_zero(resources, key)) return {"spills", true};
  for (const Memory& memory : kMemory)
    if (is_over_zero(resources, memory.key)) return {memory.label, false};
  return {"spills", true};
}

}  // namespace tcm::service
