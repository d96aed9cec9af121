// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// The spellings of an AMD architecture. The canonical one is LLVM's processor name in lower case ("gfx942",
// "gfx9-4-generic"); what may follow in a target id (":sramecc+:xnack-", AMDGPUUsage "Target ID") are settings of the
// device, which Triton's cache does not tell apart.
namespace tcm::rocm_backend {

// Metadata's `target.arch` as JSON: a string.
std::optional<std::string> arch_from_metadata(std::string_view json);

// What people type: a processor name in any case, or a whole target id.
std::optional<std::string> arch_from_user(std::string_view word);

// A target as LLVM writes it: a triple of four parts, a dash, a target id. "amdgcn-amd-amdhsa--gfx942:sramecc+"; newer
// ones write "amdgpu9.42-amd-amdhsa-unknown-gfx942".
std::optional<std::string> arch_of_target(std::string_view target);

// The canonical form is the readable one.
std::optional<std::string> arch_for_people(std::string_view canonical);

}  // namespace tcm::rocm_backend
