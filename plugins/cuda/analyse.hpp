// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tcm/plugin/plugin.hpp>

// probe and validate of the CUDA backend, by the artifact's extension: .cubin and .ptx; anything else is
// TCM_NOT_APPLICABLE.
namespace tcm::cuda_backend {

tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink);
tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink);

}  // namespace tcm::cuda_backend
