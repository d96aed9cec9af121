// SPDX-License-Identifier: Apache-2.0
// The plugins of this run, loaded when the first question needs them: many commands never do.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "core/backend/registry.hpp"
#include "core/cache/format/file_types.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::service {

class Backends {
 public:
  explicit Backends(backend::SearchOptions options) : options_(std::move(options)) {}

  /// Loads the plugins at the first call. Thread-safe.
  const backend::Registry& registry() const;

  /// The table of file types and how architectures are written, for a reader of caches. Valid as long as this object.
  /// Thread-safe.
  const cache::Naming& naming() const;

 private:
  backend::SearchOptions options_;
  mutable std::once_flag loaded_;
  mutable std::once_flag named_;
  mutable std::optional<backend::Registry> registry_;
  mutable cache::FileTypes file_types_;
  mutable cache::Naming naming_;
};

}  // namespace tcm::service
