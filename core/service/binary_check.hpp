// SPDX-License-Identifier: Apache-2.0
// Whether a kernel's binary is sound, as far as its backend can tell.
#pragma once

#include <string>
#include <string_view>

#include "core/backend/registry.hpp"
#include "core/cache/inspect/hit_check.hpp"
#include "core/model/entry.hpp"
#include "core/service/backends.hpp"

namespace tcm::service {

/// The limit of the plugin interface (TCM_MAX_ARTIFACT_BYTES); larger files are no kernels.
inline constexpr std::size_t kMaxArtifactBytes = std::size_t{256} << 20;

/// How the kernel is launched, as backends are told.
backend::LaunchFacts launch_of(const model::KernelFacts& facts);

/// A file of a kernel as a backend is asked about it. Borrows all arguments.
backend::ArtifactView view_of(const model::Record& kernel, std::string_view file, std::string_view bytes,
                              std::string_view display_path);

struct BinaryAnswer {
  bool damaged = false;
  bool truncated = false;     ///< damaged in that it is cut short
  bool other_format = false;  ///< the backend says that it is no binary of its; that alone is no damage
  bool failed = false;        ///< the backend itself failed: ask again another time
  std::string detail;         ///< when damaged or of another format: "<file>: <what>", one line, safe to print
};

/// Asks the backend of the kernel's target. Sound when there is none, or it cannot tell. Thread-safe.
BinaryAnswer check_binary(const backend::Registry& registry, const model::Record& kernel, std::string_view file,
                          std::string_view bytes, std::string_view display_path);

/// The same for an editor. Borrows `backends`.
cache::BinaryCheck binary_check_of(const Backends& backends);

}  // namespace tcm::service
