// SPDX-License-Identifier: Apache-2.0
// From a location to a session.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "core/index/schema/schema.hpp"
#include "core/index/sql/session.hpp"
#include "core/index/values/open_mode.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// Connects and brings the schema up to date; `location` and errors as Index::open().
Result<Session> open_session(const std::string& location, OpenMode mode, std::chrono::seconds timeout = kDefaultTimeout,
                             std::span<const Migration> steps = migrations());

/// Connects to what is there and leaves its schema as it is.
Result<Session> connect_session(const std::string& location, std::chrono::seconds timeout);

}  // namespace tcm::index
