// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/extensions.hpp"

#include <array>
#include <utility>
#include <vector>

#include "core/backend/load/strings.hpp"
#include "tcm/plugin/compatible.h"
#include "tcm/plugin/occupancy.h"

namespace tcm::backend {
namespace {

/// Null when the plugin has no such extension, or one that lacks what its first revision has.
template <class Table>
const Table* find_extension(const OpenPlugin& plugin, const char* id, std::uint32_t least) {
  if (plugin.descriptor.get_extension == nullptr) return nullptr;
  const auto* table = static_cast<const Table*>(plugin.descriptor.get_extension(id));
  return table != nullptr && table->struct_size >= least ? table : nullptr;
}

std::vector<tcm_attr> figures_of(std::span<const model::Resource> resources) {
  std::vector<tcm_attr> figures;
  for (const model::Resource& resource : resources) {
    const auto* number = std::get_if<std::int64_t>(&resource.value);
    if (number == nullptr || *number < 0) continue;
    tcm_attr figure{};
    figure.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
    figure.type = TCM_ATTR_U64;
    figure.key = as_str(resource.key);
    figure.unit = as_str(resource.unit);
    figure.value.u64 = static_cast<std::uint64_t>(*number);
    figures.push_back(figure);
  }
  return figures;
}

constexpr std::array<std::pair<tcm_limiter, std::string_view>, 4> kLimiters{{
    {TCM_LIMITED_BY_REGISTERS, "registers"},
    {TCM_LIMITED_BY_SHARED, "shared"},
    {TCM_LIMITED_BY_WARPS, "warps"},
    {TCM_LIMITED_BY_BLOCKS, "blocks"},
}};

std::string limiter_words(tcm_limiter limiter) {
  std::string words;
  for (const auto& [bit, word] : kLimiters) {
    if ((limiter & bit) == 0) continue;
    if (!words.empty()) words += '+';
    words += word;
  }
  return words;
}

std::optional<Occupancy> checked(const tcm_occupancy& answer) {
  const std::uint64_t warps = std::uint64_t{answer.blocks_per_unit} * answer.warps_per_block;
  if (answer.max_warps_per_unit == 0 || answer.warps_per_block == 0 || warps > answer.max_warps_per_unit)
    return std::nullopt;
  return Occupancy{.blocks = answer.blocks_per_unit,
                   .warps_per_block = answer.warps_per_block,
                   .max_warps = answer.max_warps_per_unit,
                   .limited_by = limiter_words(answer.limiter),
                   .shared_bytes = answer.shared_bytes_per_block,
                   .shared_bytes_per_unit = answer.shared_bytes_per_unit,
                   .next_shared_bytes = answer.next_shared_bytes,
                   .next_registers = answer.next_registers};
}

void set(tcm_launch& launch, std::uint32_t bit, std::uint32_t tcm_launch::*member, std::optional<std::int64_t> value) {
  if (!value || *value < 0 || *value > UINT32_MAX) return;
  launch.known |= bit;
  launch.*member = static_cast<std::uint32_t>(*value);
}

}  // namespace

tcm_launch launch_of(const LaunchFacts& facts) {
  tcm_launch launch{};
  launch.struct_size = TCM_STRUCT_SIZE(tcm_launch, dynamic_shared_bytes);
  set(launch, TCM_LAUNCH_NUM_WARPS, &tcm_launch::num_warps, facts.num_warps);
  set(launch, TCM_LAUNCH_NUM_CTAS, &tcm_launch::num_ctas, facts.num_ctas);
  set(launch, TCM_LAUNCH_WARP_SIZE, &tcm_launch::warp_size, facts.warp_size);
  if (facts.dynamic_shared_bytes && *facts.dynamic_shared_bytes >= 0) {
    launch.known |= TCM_LAUNCH_DYNAMIC_SHARED_BYTES;
    launch.dynamic_shared_bytes = static_cast<std::uint64_t>(*facts.dynamic_shared_bytes);
  }
  return launch;
}

std::optional<Occupancy> ask_occupancy(const OpenPlugin& plugin, const OccupancyQuestion& question) {
  const auto* extension =
      find_extension<tcm_plugin_occupancy>(plugin, TCM_EXT_OCCUPANCY, TCM_STRUCT_SIZE(tcm_plugin_occupancy, compute));
  if (extension == nullptr || extension->compute == nullptr) return std::nullopt;
  const std::vector<tcm_attr> figures = figures_of(question.figures);
  std::vector<const tcm_attr*> passed;
  for (const tcm_attr& figure : figures) passed.push_back(&figure);
  const tcm_launch launch = launch_of(question.launch);
  const tcm_occupancy_question asked{TCM_STRUCT_SIZE(tcm_occupancy_question, arch),
                                     static_cast<std::uint32_t>(passed.size()),
                                     passed.empty() ? nullptr : passed.data(),
                                     &launch,
                                     as_str(question.target),
                                     as_str(question.arch)};
  tcm_occupancy answer{};
  answer.struct_size = TCM_STRUCT_SIZE(tcm_occupancy, next_registers);
  if (extension->compute(plugin.instance, &asked, &answer) != TCM_OK) return std::nullopt;
  return checked(answer);
}

std::optional<Compatibility> ask_compatible(const OpenPlugin& plugin, std::string_view target,
                                            std::string_view kernel_arch, std::string_view device_arch) {
  const auto* extension = find_extension<tcm_plugin_compatible>(plugin, TCM_EXT_COMPATIBLE,
                                                                TCM_STRUCT_SIZE(tcm_plugin_compatible, runs_on));
  if (extension == nullptr || extension->runs_on == nullptr) return std::nullopt;
  tcm_compatibility answer = TCM_RUNS_NOT;
  if (extension->runs_on(plugin.instance, as_str(target), as_str(kernel_arch), as_str(device_arch), &answer) != TCM_OK)
    return std::nullopt;
  switch (answer) {
    case TCM_RUNS_NOT: return Compatibility::no;
    case TCM_RUNS_NATIVELY: return Compatibility::native;
    case TCM_RUNS_FORWARD: return Compatibility::forward;
    default: return std::nullopt;
  }
}

}  // namespace tcm::backend
