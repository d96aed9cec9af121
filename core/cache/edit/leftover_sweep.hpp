// SPDX-License-Identifier: Apache-2.0
// Taking the temporaries of dead writers out of an entry.
#pragma once

#include "core/cache/edit/change.hpp"
#include "core/cache/edit/edit_context.hpp"

namespace tcm::cache {

/// Looks at the entry and deletes its temporaries, and then the entry when that leaves it empty. One thread at a time.
Outcome sweep_entry(EditContext& context, const Change& change);

}  // namespace tcm::cache
