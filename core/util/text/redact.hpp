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

/// A line for people, with every URL and every "password=…" in it as redact_url shows them, wherever they stand: what
/// the user typed in the wrong place is quoted in errors. The rest of the line stays. A password with a blank or a
/// quote in it hides all up to its '@'. Redacting twice changes nothing. Pure; any bytes go.
std::string redact_text(std::string_view line);

/// Puts "***" where `secret` stands in the line as a word of its own. One of fewer than four characters stays: a word
/// of the message itself would go, and tell it. Pure.
void hide_word(std::string& line, std::string_view secret);

}  // namespace tcm::util
