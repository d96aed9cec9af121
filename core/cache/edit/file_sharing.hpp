// SPDX-License-Identifier: Apache-2.0
// Making files of an entry hard links to equal ones.
#pragma once

#include "core/cache/edit/change.hpp"
#include "core/cache/edit/edit_context.hpp"

namespace tcm::cache {

/// Looks at the entry and links those of its files that the change names. One thread at a time.
Outcome share_files(EditContext& context, const Change& change);

}  // namespace tcm::cache
