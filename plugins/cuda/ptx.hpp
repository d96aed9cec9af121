// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plugins/common/problem.hpp"

// The header of a PTX module: by the PTX ISA manual ("PTX Module Directives") each begins with .version, followed by
// .target.
namespace tcm::cuda_backend {

struct PtxHeader {
  std::string version;  // "8.7"
  std::string target;   // "sm_90a": with the suffix that the canonical architecture does not have
  std::string arch;     // canonical: "90"
};

// TCM_NOT_APPLICABLE: no PTX. TCM_TRUNCATED: the text ends before its header does. TCM_MALFORMED: a header that is not
// understood.
plugin_common::Result<PtxHeader> read_ptx_header(std::string_view text);

}  // namespace tcm::cuda_backend
