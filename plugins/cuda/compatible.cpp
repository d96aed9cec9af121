// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/compatible.hpp"

#include <charconv>

#include "plugins/cuda/arch.hpp"

namespace tcm::cuda_backend {
namespace {

constexpr int kFirstArchSpecific = 90;

std::optional<int> number_of(std::string_view arch) {
  int number = 0;
  if (!arch_for_people(arch)) return std::nullopt;
  std::from_chars(arch.data(), arch.data() + arch.size(), number);
  return number;
}

}  // namespace

std::optional<tcm_compatibility> runs_on(std::string_view /*target*/, std::string_view kernel_arch,
                                         std::string_view device_arch) {
  const auto kernel = number_of(kernel_arch);
  const auto device = number_of(device_arch);
  if (!kernel || !device) return std::nullopt;
  if (*kernel == *device) return TCM_RUNS_NATIVELY;
  // PTX of an architecture of its own is not carried forward either.
  if (*kernel >= kFirstArchSpecific || *device < *kernel) return TCM_RUNS_NOT;
  return *kernel / 10 == *device / 10 ? TCM_RUNS_NATIVELY : TCM_RUNS_FORWARD;
}

}  // namespace tcm::cuda_backend
