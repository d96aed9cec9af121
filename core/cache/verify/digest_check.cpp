// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/digest_check.hpp"

#include <fmt/format.h>

#include "core/cache/read/file_digest.hpp"
#include "core/util/sha256.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {

std::optional<FileDamage> DigestCheck::compare(const std::string& file) {
  model::FileDigest now;
  if (identify_file(entry_, file, now) != 0) return std::nullopt;
  const model::FileDigest* const then = recorded_.find(file);
  if (then == nullptr || !is_recorded_file(recorded_, *then, now, entry_ctime_ns_)) {
    ++unrecorded_;
    return std::nullopt;
  }
  if (digest_file(entry_, file, now) != 0 || now.sha256 == then->sha256) return std::nullopt;
  constexpr std::size_t kShown = 12;
  return FileDamage{FindingId::digest_differs, util::escape_control(file),
                    fmt::format("SHA-256 is {}…, and was {}…", util::hex_of(now.sha256).substr(0, kShown),
                                util::hex_of(then->sha256).substr(0, kShown))};
}

}  // namespace tcm::cache
