// SPDX-License-Identifier: Apache-2.0
// Directories as one spelling each, so that they can be compared. Lexical but for links, which are resolved.
#pragma once

#include <string>

namespace tcm::util {

/// The canonical form of a directory that need not exist any more: absolute, links resolved as far as it exists,
/// without a slash at the end. `path` itself when the system refuses to resolve it.
std::string canonical_directory(const std::string& path);

/// Whether a path is `directory` or lies below it; both canonical.
bool is_at_or_below(const std::string& path, const std::string& directory);

}  // namespace tcm::util
