// SPDX-License-Identifier: Apache-2.0
// Where log lines of the library go: to stderr, with time and level. Never to stdout, which is for data.
#pragma once

#include "core/util/log.hpp"

namespace tcm::cli {

/// Call once, before other threads start.
void start_logging(util::LogLevel level);

}  // namespace tcm::cli
