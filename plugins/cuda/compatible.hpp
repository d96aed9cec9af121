// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <tcm/plugin/extensions.hpp>

// tcm.compatible/1 of NVIDIA GPUs.
namespace tcm::cuda_backend {

// A cubin runs on devices of its own major version and of its minor or a later one (CUDA C++ Programming Guide, "Binary
// Compatibility"); its PTX can be compiled for every later device. Nothing for an unknown architecture. Triton
// builds for sm_90 and later with instructions of that very architecture ("sm_90a"), which run nowhere else, and the
// canonical form does not tell, so from 9.0 on only the same architecture counts.
std::optional<tcm_compatibility> runs_on(std::string_view target, std::string_view kernel_arch,
                                         std::string_view device_arch);

}  // namespace tcm::cuda_backend
