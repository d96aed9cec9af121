// SPDX-License-Identifier: Apache-2.0
// What is checked of a plugin before any of its code runs. The checks catch accidents, not malice: a plugin is code
// with the user's rights.
#pragma once

#include <optional>
#include <string>

#include "core/backend/find/refusal.hpp"
#include "core/backend/find/search_path.hpp"

namespace tcm::backend {

/// A regular file that nobody but root and this user can change, in a directory of the same kind, an object of this
/// machine, with an entry of a known major version. A link is judged by what it points to. Null when all holds.
/// Reads the file; runs nothing of it.
std::optional<Refusal> judge_file(const Candidate& candidate);

}  // namespace tcm::backend
