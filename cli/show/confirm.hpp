// SPDX-License-Identifier: Apache-2.0
// Asking before something is lost.
#pragma once

#include "cli/run/context.hpp"

namespace tcm::cli {

/// Asks on the terminal and reads one line from it; `yes` answers for the user. Returns ok, or needs_confirmation,
/// having said why: there is no terminal to ask on, or the answer was not yes.
ExitCode confirm(const Context& context, bool yes);

}  // namespace tcm::cli
