// SPDX-License-Identifier: Apache-2.0
// Where log lines of the library go: to stderr or a file, as text or as JSON. Never to stdout, which is for data.
#pragma once

#include "core/config/settings.hpp"
#include "core/util/result.hpp"

namespace tcm::cli {

/// Call once, before other threads start. Text: "TIME LEVEL MESSAGE", safe for a terminal. JSON: one object a line with
/// `time` (RFC 3339), `level`, `pid`, `message`. A file is appended to, a line with each write, so several processes
/// may share it; a new one belongs to this user alone. Errors: the file cannot be opened.
Result<void> start_logging(const config::Settings& settings);

}  // namespace tcm::cli
