// SPDX-License-Identifier: Apache-2.0
// The users of the system.
#pragma once

#include <string>

#include <sys/types.h>

namespace tcm::util {

/// "alice", or the number of a user whom the system cannot name. Thread-safe.
std::string user_name(::uid_t user);

}  // namespace tcm::util
