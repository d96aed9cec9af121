// SPDX-License-Identifier: Apache-2.0
// The first of the two passes over what is carried into an archive: every file is read and its digest taken, as the
// manifest comes first.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/cache/pack/carried_entry.hpp"
#include "core/cache/pack/manifest.hpp"
#include "core/cache/read/root.hpp"
#include "core/disk/directory.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What tells whether a file is still the one whose digest was taken.
struct FileMark {
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool settled = false;  ///< false: so young that a later change might leave the same times

  bool operator==(const FileMark&) const = default;
};

struct SurveyedFile {
  std::string text;  ///< when `has_text`: what is written in place of what is on the disk
  bool has_text = false;
  FileMark mark;
};

/// An entry with the digests of its files.
struct SurveyedEntry {
  cache::ManifestEntry manifest;
  std::vector<cache::CarriedKernel> kernels;
  std::vector<SurveyedFile> files;  ///< in the order of the manifest
};

/// Looks at an entry, and again when it changes meanwhile. Thread-safe.
tl::expected<SurveyedEntry, cache::NotCarried> survey_entry(const cache::Root& root, const std::string& relative,
                                                            const std::string& key, const cache::CarryOptions& options);

/// As one text, for a temporary file; without the manifest and what is known of
/// kernels but their number.
std::string pack_surveyed(const SurveyedEntry& entry);
void unpack_surveyed(std::string_view text, SurveyedEntry& entry);

/// Reads a file that was surveyed. False: it is not what it was.
bool read_surveyed(int directory, const std::string& name, const SurveyedFile& file, const util::Sha256& digest,
                   std::string& bytes);

}  // namespace tcm::service
