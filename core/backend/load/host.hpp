// SPDX-License-Identifier: Apache-2.0
// The host side that plugins see.
#pragma once

#include <mutex>

#include <tcm/plugin/plugin.h>

#include "core/backend/load/plugin_log.hpp"

namespace tcm::backend {

/// A number that this host does not know is a warning.
Severity severity_of(tcm_severity number);

/// The host as plugins see it; lives as long as the process.
const tcm_host& host();

/// Entry, open and close of all plugins run under this lock (the interface's [serial]).
std::mutex& lifecycle_mutex();

}  // namespace tcm::backend
