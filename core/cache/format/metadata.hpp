// SPDX-License-Identifier: Apache-2.0
// The metadata file of a kernel, read leniently: its fields are open-ended and differ from release to release and from
// backend to backend. A field of an unexpected type is absent; nothing is required but what marks a kernel.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "core/model/entry.hpp"

namespace tcm::cache {

struct Metadata {
  model::KernelFacts facts;  ///< without arch and metadata text
  std::string arch_json;     ///< `target.arch` (older: `arch`) as compact JSON; empty when there is none
  std::string binary_ext;    ///< bare extension of what the driver loads, where a backend says so; else empty
  bool has_ctime = false;    ///< an object `ctime`: Triton 2.0, which writes no group
  /// Fields that its release reads at every hit and that are not there, "shared, target.arch" (see metadata_needs.hpp);
  /// empty when all are. Only of metadata with a `target`: releases before 3.0 read others.
  std::string missing;
};

struct MetadataProblem {
  model::SkipReason reason = model::SkipReason::none;  ///< metadata_malformed or not_a_kernel
  std::string detail;                                  ///< one line
};

/// Sources of the fields: `target` {backend, arch, warp_size} since Triton 3.0, for a while an array of the three;
/// `backend_name`, `device_type` and `arch` before it. `triton_version` since 3.3. `binary_ext` by Intel's backend.
tl::expected<Metadata, MetadataProblem> parse_metadata(std::string_view text);

}  // namespace tcm::cache
