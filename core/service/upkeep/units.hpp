// SPDX-License-Identifier: Apache-2.0
// The units of systemd that call tcm. Those that are installed and those that are printed are made from the same
// files, units/*.in.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::service {

/// Whose manager runs them.
enum class UnitScope { system, user };

struct Unit {
  std::string name;  ///< "tcm-gc.timer"
  std::string text;
};

/// tcm-gc.service, tcm-gc.timer and tcm-watch.service. `program` is the path of tcm; `writable` are the directories
/// that the units of the system may change, the caches above all.
std::vector<Unit> systemd_units(UnitScope scope, const std::string& program, const std::vector<std::string>& writable);

/// Where a unit of that name is put.
std::string unit_place(UnitScope scope, const std::string& name);

}  // namespace tcm::service
