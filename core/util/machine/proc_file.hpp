// SPDX-License-Identifier: Apache-2.0
// Files of procfs: of no size that one could ask for, and gone with their process.
#pragma once

#include <cstddef>
#include <string>

namespace tcm::util {

/// Reads at most `limit` bytes into `text`, and never waits. Returns 0 or an errno. Thread-safe.
int read_proc_file(const std::string& path, std::size_t limit, std::string& text);

}  // namespace tcm::util
