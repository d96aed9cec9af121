// SPDX-License-Identifier: Apache-2.0
// What the bytes that a kernel's threads keep in memory are called: spills only where a backend says that they are.
#pragma once

#include <string_view>
#include <vector>

#include "core/model/resource.hpp"

namespace tcm::service {

struct SpillWords {
  std::string_view label;  ///< "spills", "stack", "scratch" or "local memory"
  bool known = false;      ///< registers are known to be spilled; else it may be arrays of the kernel as well
};

/// For a kernel with these resources, whose Row::spill_bytes is known. Pure.
SpillWords spill_words(const std::vector<model::Resource>& resources);

}  // namespace tcm::service
