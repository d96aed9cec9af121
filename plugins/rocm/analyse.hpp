// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tcm/plugin/plugin.hpp>

// probe and validate of the ROCm backend, by the artifact's extension: .hsaco and .amdgcn; anything else is
// TCM_NOT_APPLICABLE.
namespace tcm::rocm_backend {

tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink);
tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink);

}  // namespace tcm::rocm_backend
