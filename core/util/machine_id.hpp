// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tcm::util {

/// What tells one machine from another without giving away its machine-id, which machine-id(5) wants kept from others:
/// a hash of it under tcm's own key, always the same on this machine. Empty for an empty one.
std::string hashed_machine_id(std::string_view machine_id);

}  // namespace tcm::util
