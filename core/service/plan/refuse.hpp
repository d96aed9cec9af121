// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "core/util/result.hpp"

namespace tcm::service {

/// A request that is wrong in itself.
inline tl::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

}  // namespace tcm::service
