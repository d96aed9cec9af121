// SPDX-License-Identifier: Apache-2.0
// The contents of files of a cache, as digests.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"
#include "core/util/digest.hpp"

namespace tcm::service {

/// Larger files are taken for unequal: no kernel has one.
inline constexpr std::size_t kMaxComparedBytes = std::size_t{1} << 30;

/// Adds a file's content; false when it cannot be read.
inline bool add_content(const cache::Root& root, const std::string& key, const std::string& name,
                        util::Digester& digester) {
  const auto add = [&digester](std::string_view piece) { digester.add(piece); };
  return root.read_in_pieces(key, name, kMaxComparedBytes, add).has_value();
}

}  // namespace tcm::service
