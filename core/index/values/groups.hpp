// SPDX-License-Identifier: Apache-2.0
// Sums over records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/entry.hpp"

namespace tcm::index {

struct Sums {
  std::int64_t records = 0;
  std::int64_t kernels = 0;
  std::int64_t entries = 0;
  std::int64_t files = 0;
  model::ByteTotals bytes;
};

enum class GroupKey : std::uint8_t { backend, arch, version, name, kind, root, host };

struct Group {
  std::vector<std::string> values;  ///< one for each requested key
  Sums sums;
};

}  // namespace tcm::index
