// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// The spellings of an NVIDIA architecture. The canonical one is the number that Triton keys its cache by: major * 10 +
// minor of the compute capability ("90", "121"). The suffixes of ptxas' targets ("sm_90a", "sm_100f") say which
// instructions were allowed, not which device it is; Triton records none, so neither does the canonical form.
namespace tcm::cuda_backend {

// Metadata's `target.arch` as JSON: 90 by Triton's compiler, "sm90", "sm_90" by other writers.
std::optional<std::string> arch_from_metadata(std::string_view json);

// What people type: 90, 9.0, 90a, sm90, sm_90, sm_90a, compute_90; in any case.
std::optional<std::string> arch_from_user(std::string_view word);

// "90" becomes "sm_90"; nothing for what is no canonical form.
std::optional<std::string> arch_for_people(std::string_view canonical);

}  // namespace tcm::cuda_backend
