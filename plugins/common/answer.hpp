// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tcm/plugin/plugin.hpp>

#include "plugins/common/problem.hpp"

// The last step of probe and validate: what was read, or what was wrong, goes to the host.
namespace tcm::plugin_common {

constexpr std::string_view kBytes = "bytes";
constexpr std::string_view kThreads = "threads";
constexpr std::string_view kLanes = "lanes";

// Emits what is there; absent is not zero.
inline void emit_if(plugin::Sink& sink, std::string_view key, std::optional<uint64_t> value,
                    std::string_view unit = "") {
  if (value) sink.emit(key, *value, unit);
}

inline tcm_status fail(plugin::Sink& sink, const Problem& problem) { return sink.fail(problem.status, problem.text); }

// Says so when a file was built for another architecture than the metadata names (`expected`, empty for unknown).
tcm_status check_arch(plugin::Sink& sink, std::string_view found, std::string_view expected);

}  // namespace tcm::plugin_common
