// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tcm::util {

/// Writes all of `bytes`, however few the system takes at a time. Returns 0 or an errno. Thread-safe.
int write_all(int fd, std::string_view bytes);

}  // namespace tcm::util
