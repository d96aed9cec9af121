// SPDX-License-Identifier: Apache-2.0
// Two entries side by side, as people and programs read them.
#pragma once

#include "cli/output/formats.hpp"
#include "cli/run/context.hpp"
#include "core/service/compare/entry_diff.hpp"

namespace tcm::cli {

/// What differs; with -v also what is equal.
void print_entry_diff(Context& context, const service::Side& a, const service::Side& b, const service::EntryDiff& diff);

/// A document of its own; `text` may be null.
void write_entry_diff(Context& context, const service::Side& a, const service::Side& b, const service::EntryDiff& diff,
                      const service::TextDiff* text, Format format);

}  // namespace tcm::cli
