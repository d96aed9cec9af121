// SPDX-License-Identifier: Apache-2.0
// The canonical form of an architecture that no plugin spells.
#pragma once

#include <string>
#include <string_view>

namespace tcm::backend {

/// `arch_json` is the JSON value of metadata `target.arch`. An integer becomes its digits, a string its text, an object
/// what its "name", "arch" or "architecture" holds; anything else its JSON text without white space. The result has no
/// white space and no control characters (each becomes '_') and at most 64 bytes; it is empty for null, an empty text
/// and an empty input. Pure.
std::string neutral_arch(std::string_view arch_json);

}  // namespace tcm::backend
