// SPDX-License-Identifier: Apache-2.0
// What the reader of a cache is told about the backends.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/cache/format/file_types.hpp"

namespace tcm::cache {

/// How the canonical form of an architecture is had. `arch_json` is the JSON value of `target.arch`. Must be callable
/// from any thread.
using ArchOf = std::function<std::string(std::string_view target, std::string_view arch_json)>;

/// What a reader needs to know of the backends. Borrowed; must outlive the reader.
struct Naming {
  const FileTypes* file_types = nullptr;
  ArchOf arch_of;

  /// The table; without one, the types that all backends share. Valid as long as the table. Thread-safe.
  const FileTypes& types() const;
};

}  // namespace tcm::cache
