// SPDX-License-Identifier: Apache-2.0
//
// The extensions of the plugin interface over stateless C++ functions, each behind the exception guard. Beside the
// helper plugin.hpp.
//
//   tcm_status occupancy(const plugin::OccupancyQuestion& question, tcm_occupancy& out);
//   constexpr tcm_plugin_occupancy kOccupancy = plugin::occupancy_extension<occupancy>();
//   constexpr plugin::Extension kExtensions[] = {{TCM_EXT_OCCUPANCY, &kOccupancy}};
//   … plugin::Descriptor(…).extensions<kExtensions>()
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tcm/plugin/compatible.h>
#include <tcm/plugin/occupancy.h>
#include <tcm/plugin/plugin.hpp>

namespace tcm {
namespace plugin {

/// tcm_occupancy_question with C++ views. Valid for the call.
class OccupancyQuestion {
 public:
  explicit OccupancyQuestion(const tcm_occupancy_question& question) noexcept
      : launch(question.launch), question_(question) {}
  std::string_view target() const noexcept { return view(question_.target); }
  std::string_view arch() const noexcept { return view(question_.arch); }  ///< canonical, of the device
  /// A figure of the kernel that is an unsigned number.
  std::optional<std::uint64_t> figure(std::string_view key) const noexcept {
    for (std::uint32_t i = 0; i < question_.figure_count; ++i) {
      const tcm_attr& figure = *question_.figures[i];
      if (figure.type == TCM_ATTR_U64 && view(figure.key) == key) return figure.value.u64;
    }
    return std::nullopt;
  }

  Launch launch;

 private:
  const tcm_occupancy_question& question_;
};

using OccupancyFunction = tcm_status (*)(const OccupancyQuestion&, tcm_occupancy&);
/// What a kernel of one canonical architecture is on a device of another; nothing where one of them is unknown.
using CompatibleFunction = std::optional<tcm_compatibility> (*)(std::string_view target, std::string_view kernel_arch,
                                                                std::string_view device_arch);

namespace detail {

template <OccupancyFunction kFunction>
tcm_status compute_occupancy(void*, const tcm_occupancy_question* question, tcm_occupancy* out) {
  if (question == nullptr || out == nullptr) return TCM_INVALID_ARGUMENT;
  if (!TCM_HAS_FIELD(tcm_occupancy, out, next_registers)) return TCM_INVALID_ARGUMENT;
  return guarded([&] {
    tcm_occupancy answer = {};
    const tcm_status status = kFunction(OccupancyQuestion(*question), answer);
    answer.struct_size = out->struct_size;
    if (status == TCM_OK) *out = answer;
    return status;
  });
}

template <CompatibleFunction kFunction>
tcm_status runs_on(void*, tcm_str target, tcm_str kernel_arch, tcm_str device_arch, tcm_compatibility* out) {
  if (out == nullptr) return TCM_INVALID_ARGUMENT;
  return guarded([&] {
    const auto answer = kFunction(view(target), view(kernel_arch), view(device_arch));
    if (!answer) return tcm_status{TCM_NOT_APPLICABLE};
    *out = *answer;
    return tcm_status{TCM_OK};
  });
}

}  // namespace detail

/// The table of tcm.occupancy/1 over a stateless function; make it constexpr.
template <OccupancyFunction kFunction>
constexpr tcm_plugin_occupancy occupancy_extension() noexcept {
  return {TCM_STRUCT_SIZE(tcm_plugin_occupancy, compute), 0, &detail::compute_occupancy<kFunction>};
}
/// The table of tcm.compatible/1 over a stateless function; make it constexpr.
template <CompatibleFunction kFunction>
constexpr tcm_plugin_compatible compatible_extension() noexcept {
  return {TCM_STRUCT_SIZE(tcm_plugin_compatible, runs_on), 0, &detail::runs_on<kFunction>};
}

}  // namespace plugin
}  // namespace tcm
