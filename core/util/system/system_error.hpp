// SPDX-License-Identifier: Apache-2.0
// What an errno means to tcm: the one place that says which kind of failure it is, and in which words it is told. All
// functions are pure and safe to call from any thread.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::util {

/// Whether the file system, or the user's share of it, has no space left for a block or a file.
constexpr bool is_no_space(int error) { return error == ENOSPC || error == EDQUOT; }

/// missing (ENOENT), denied (no permission, or a file system that is read-only), no_space, or failed. ENOTDIR is
/// failed: whether something is missing when a directory of its path is a file is for the caller to say.
ErrorCode error_code_of(int error);

/// The words of the system, in English whatever the locale; shorter ones for a full disk.
std::string_view error_text(int error);

/// "<what>: <the words>", with the code.
tl::unexpected<Error> system_error(std::string_view what, int error);

}  // namespace tcm::util
