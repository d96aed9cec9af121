// SPDX-License-Identifier: Apache-2.0
// What became of the entries that were carried.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/pack/oci_image.hpp"
#include "core/model/words.hpp"
#include "core/util/result.hpp"
#include "core/util/sha256.hpp"

namespace tcm::service {

/// So many of a kind are named; the rest would say the same.
inline constexpr std::size_t kMaxEntriesTold = 100;

struct ToldEntry {
  std::string root;  ///< relative to the cache directory; empty: it is that
  std::string key;
  std::string reason;  ///< one line, safe to print
};

/// Entries that something is said of.
struct ToldEntries {
  std::vector<ToldEntry> named;
  std::uint64_t total = 0;

  void add(ToldEntry entry) {
    ++total;
    if (named.size() < kMaxEntriesTold) named.push_back(std::move(entry));
  }
};

struct CarriedSums {
  std::uint64_t entries = 0;
  std::uint64_t kernels = 0;
  std::uint64_t modules = 0;  ///< helper modules
  std::uint64_t tunings = 0;  ///< stored autotuning results
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< of the files

  void add(model::EntryKind kind, std::uint64_t kernels_of_it, std::uint64_t files_of_it, std::uint64_t bytes_of_it) {
    ++entries;
    kernels += kernels_of_it;
    modules += kind == model::EntryKind::module ? 1U : 0U;
    tunings += kind == model::EntryKind::autotune ? 1U : 0U;
    files += files_of_it;
    bytes += bytes_of_it;
  }
};

struct ExportReport {
  std::string cache_dir;
  model::Layout layout = model::Layout::triton;
  std::string place;  ///< what groups name there
  CarriedSums carried;
  std::uint64_t passed = 0;      ///< directories that are no entries to be carried: empty ones, what was not finished
  std::uint64_t there = 0;       ///< entries that what --since names has
  ToldEntries left_out;          ///< entries that jobs use, or would, and that cannot be carried
  util::Sha256 manifest{};       ///< digest of the manifest
  std::uint64_t written = 0;     ///< bytes of the archive
  cache::ImageContents image{};  ///< of an image
  std::optional<util::Sha256> image_digest{};  ///< … that was written
  bool is_signed = false;                      ///< by a command of the user
  std::vector<Error> unread;                   ///< parts of the cache directory that could not be read

  bool partial() const { return left_out.total > 0 || !unread.empty(); }
};

struct SourceReport {
  std::string word;           ///< as it was given
  bool verified = false;      ///< a command of the user said yes to it
  bool has_manifest = false;  ///< else no digest was compared
  std::uint64_t entries = 0;  ///< that it holds
  std::uint64_t bytes = 0;
  std::uint64_t absent = 0;       ///< that its manifest names and it does not hold
  std::uint64_t other_files = 0;  ///< in it that are no entry's
  std::optional<Error> failure;   ///< nothing of it was taken
};

struct IntakeReport {
  std::string cache_dir;
  std::vector<SourceReport> sources;
  CarriedSums added;
  std::uint64_t there = 0;     ///< entries that were there already
  std::uint64_t replaced = 0;  ///< of those added: another was there, and lies in the trash now
  std::uint64_t linked = 0;    ///< files that share their place on the disk with those that they came from
  std::string trash_id;        ///< of those replaced
  ToldEntries conflicts;       ///< another entry of that key is there, and stays
  ToldEntries refused;         ///< would not hit, or fail
  bool interrupted = false;

  bool failed() const {
    for (const SourceReport& source : sources)
      if (source.failure) return true;
    return false;
  }
  bool partial() const {
    for (const SourceReport& source : sources)
      if (source.failure || source.absent > 0) return true;
    return conflicts.total > 0 || refused.total > 0;
  }
};

}  // namespace tcm::service
