// SPDX-License-Identifier: Apache-2.0
// A figure that a backend read out of a kernel's binary: registers, spills, shared memory … What cannot be read is
// absent; absent is not zero.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace tcm::model {

struct Resource {
  std::string key;   ///< a standard key of the plugin interface, or "x.<vendor>.<name>"; [a-z][a-z0-9_.]{0,63}
  std::string unit;  ///< empty for counts and names
  std::variant<std::int64_t, double, std::string> value;
};

}  // namespace tcm::model
