// SPDX-License-Identifier: Apache-2.0
// What a place holds, without a file of it being written anywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/cache/pack/mega_cache.hpp"
#include "core/cache/pack/pack_reader.hpp"
#include "core/model/words.hpp"
#include "core/service/backends.hpp"
#include "core/service/transfer/places/place.hpp"
#include "core/service/transfer/selection.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct PlacedEntry {
  std::string root;
  std::string key;
  model::EntryKind kind =
      model::EntryKind::foreign;                    ///< what it says it is; of a pack without a manifest, by its files
  std::string name, backend, arch, triton_version;  ///< of its first kernel; empty when nothing tells
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct PlaceReport {
  std::optional<cache::ManifestHeader> manifest;  ///< then all digests were compared, and hold
  std::optional<util::Sha256> digest;             ///< of the manifest
  std::uint64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t absent = 0;       ///< entries that the manifest names and the place lacks
  std::uint64_t other_files = 0;  ///< that are of no entry
};

/// Reads all of it and calls `each` for every entry, as they come. Errors: corrupt (the message names the place),
/// missing, denied, interrupted, failed.
Result<PlaceReport> inspect_place(const Place& place, const Backends& backends, TransferProgress& progress,
                                  const std::function<void(const PlacedEntry&)>& each);

/// Whether the place is a file that torch.compiler.save_cache_artifacts() wrote. False of one that cannot be read.
bool is_mega_cache(const Place& place);

/// Reads all of such a file and calls `each` for every artifact, as they come; none is unpickled. Returns their sums.
/// Errors: as inspect_place().
Result<PlaceReport> inspect_mega_cache(const Place& place, TransferProgress& progress,
                                       const std::function<void(const cache::MegaArtifact&)>& each);

}  // namespace tcm::service
