// SPDX-License-Identifier: Apache-2.0
// Directories that become roots. Functions are thread-safe.
#pragma once

#include <string>

#include "core/util/result.hpp"

namespace tcm::cache {

/// Makes what is missing of a cache directory, an absolute path, with the rights that the umask leaves. Errors: denied,
/// no_space, failed.
Result<void> make_cache_directory(const std::string& path);

/// Makes a root below a cache directory: names with slashes between, of which none may be a link. Errors: as above.
Result<void> make_root_below(const std::string& cache_dir, const std::string& relative);

}  // namespace tcm::cache
