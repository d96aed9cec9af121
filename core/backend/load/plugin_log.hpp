// SPDX-License-Identifier: Apache-2.0
// Where the lines go that plugins write to the host's log.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace tcm::backend {

enum class Severity : std::uint8_t { debug, info, warning, error };

using Log = std::function<void(Severity severity, std::string_view text)>;

/// Where the lines go that plugins write to the host's log: one line each, safe to print, at most 4 KiB. Until it is
/// set, and after it was set to null, they are dropped. Process-wide, thread-safe; `log` is called by one thread at a
/// time and must not throw.
void set_plugin_log(Log log);

}  // namespace tcm::backend
