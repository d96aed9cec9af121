// SPDX-License-Identifier: Apache-2.0
// Stored autotuning results, as Triton 3.4 and later read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tcm::cache {

/// Why the autotuner fails on the file, in one line; nothing when it can read it: an object whose `configs_timings` is
/// a list of pairs of an object and a value. Pure.
std::optional<std::string> autotune_problem(std::string_view text);

}  // namespace tcm::cache
