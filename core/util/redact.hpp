// SPDX-License-Identifier: Apache-2.0
// Keeping secrets out of what is printed and logged.
#pragma once

#include <string>
#include <string_view>

namespace tcm::util {

/// A URL as it may be shown: the password before '@', and the values of the parameters that hold one (libpq's
/// `password` and `sslpassword`, in any case, percent-encoded or not), become "***". Rather too much than too little:
/// up to the last '@', because a password may hold one unescaped. In libpq's other form, "postgresql:key=value …" or
/// "service=… key=value", nothing after `password=` is left. Other text comes back as it is. Pure; any bytes go.
std::string redact_url(std::string_view url);

}  // namespace tcm::util
