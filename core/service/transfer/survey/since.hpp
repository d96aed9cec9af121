// SPDX-License-Identifier: Apache-2.0
// What an earlier export has already.
#pragma once

#include <string>
#include <unordered_set>

#include "core/cache/pack/manifest_spool.hpp"
#include "core/util/digest.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

class Since {
 public:
  /// Reads the manifest of a place, in a user's words: an archive, an image, or a file that is one. Errors: those of
  /// read_place_manifest(); an image that tcm did not write has none.
  static Result<Since> read(const std::string& word);

  /// Whether it has this entry: the same files with the same bytes, but for groups, which name places.
  bool has(const cache::ManifestEntry& entry) const;

 private:
  std::unordered_set<util::Digest, util::DigestHash> entries_;
};

}  // namespace tcm::service
