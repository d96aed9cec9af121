// SPDX-License-Identifier: Apache-2.0
// Keeping secrets out of what is printed and logged.
#pragma once

#include <string>
#include <string_view>

namespace tcm::util {

/// A URL as it may be shown: the password before '@', and the values of all parameters but those that libpq knows and
/// that hold no secret, become "***". Rather too much than too little: up to the last '@', because a password may hold
/// one unescaped. In libpq's other form, "postgresql:key=value …" or "service=… key=value", nothing is left after the
/// first key that may hold a secret. Other text comes back as it is. Pure; any bytes go.
std::string redact_url(std::string_view url);

}  // namespace tcm::util
