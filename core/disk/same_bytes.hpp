// SPDX-License-Identifier: Apache-2.0
// Whether two files hold the same bytes, in bounded memory. Thread-safe.
#pragma once

#include "core/disk/directory.hpp"

namespace tcm::disk {

/// Compares two open regular files from their beginnings, and sets `same`. Returns 0 or an errno.
int same_bytes(int a, const Node& node_a, int b, const Node& node_b, bool& same);

}  // namespace tcm::disk
