// SPDX-License-Identifier: Apache-2.0
// Reads what was packed: an archive that says itself what is in it, held against its own words, or any other tar of a
// cache, read liberally. What is not as it should be ends the reading with a reason: of such a place nothing is to be
// trusted. One thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/pack/archive_reader.hpp"
#include "core/cache/pack/manifest_spool.hpp"
#include "core/cache/pack/receiver.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// What was in a pack besides what the receiver got.
struct PackReport {
  std::optional<ManifestHeader> manifest;  ///< nothing: there is none, and no digest was compared
  std::optional<util::Sha256> digest;      ///< of the manifest
  std::uint64_t entries = 0;               ///< with a manifest; else unknown, 0
  std::uint64_t files = 0;                 ///< handed out
  std::uint64_t bytes = 0;                 ///< … and their bytes
  std::vector<std::string> absent;         ///< keys of entries that the manifest names and the pack lacks
  std::uint64_t absent_total = 0;          ///< all of them; at most kMaxAbsentTold are named
  std::uint64_t other_files = 0;           ///< that can be no file of an entry
};

inline constexpr std::size_t kMaxAbsentTold = 100;

/// How a pack is read.
struct PackOptions {
  /// The directories of the archive that entries lie below; none: anywhere. Without a slash at their ends.
  std::vector<std::string> below{};
  TarEnd end = TarEnd::required;
  const std::atomic<bool>* stop = nullptr;  ///< set: the reading ends with `interrupted`. Borrowed
  /// Told of every file: entries of the manifest so far, bytes.
  std::function<void(std::uint64_t entries, std::uint64_t bytes)> progress{};
};

/// Reads `source` to its end. Errors: corrupt (damaged, hostile, not as its manifest says; in one line, without a
/// path), interrupted; those of the source and the receiver.
Result<PackReport> read_pack(ArchiveReader::Source source, Receiver& to, const PackOptions& options = {});

/// The manifest alone: that of an archive which begins with one, or a manifest file. Errors: corrupt (also when there
/// is none); those of the source.
Result<ManifestSpool> read_manifest(ArchiveReader::Source source);

}  // namespace tcm::cache
