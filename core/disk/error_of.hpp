// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>

namespace tcm::disk {

/// The errno of a system call that returned `result`, 0 when it succeeded. To be asked right after the call.
inline int error_of(int result) { return result == 0 ? 0 : errno; }

}  // namespace tcm::disk
