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
  /// Reads the manifest at `path`, or that of the archive there. Errors: missing, denied, failed, corrupt; they name
  /// the path.
  static Result<Since> read(const std::string& path);

  /// Whether it has this entry: the same files with the same bytes, but for groups, which name places.
  bool has(const cache::ManifestEntry& entry) const;

 private:
  std::unordered_set<util::Digest, util::DigestHash> entries_;
};

}  // namespace tcm::service
