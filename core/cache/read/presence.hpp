// SPDX-License-Identifier: Apache-2.0
// Whether an entry is there, whatever a listing said.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"

namespace tcm::cache {

/// Whether the root holds a directory of this name, or the system does not tell that it holds none. One stat, which
/// follows no link. Thread-safe.
bool has_entry(const Root& root, const std::string& key);

}  // namespace tcm::cache
