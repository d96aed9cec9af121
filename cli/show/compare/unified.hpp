// SPDX-License-Identifier: Apache-2.0
// Two texts as a unified diff, as POSIX diff -u and git print it.
#pragma once

#include <string>

#include "cli/run/context.hpp"
#include "core/service/compare/entry_diff.hpp"

namespace tcm::cli {

/// Bytes as they are for programs; for a terminal escaped, and coloured where it may be.
void print_unified(Context& context, const service::TextDiff& text);

/// The same for programs, as one text. Empty when nothing differs, or one of them is binary.
std::string unified_text(const service::TextDiff& text);

}  // namespace tcm::cli
