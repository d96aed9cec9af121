// SPDX-License-Identifier: Apache-2.0
// Taking the temporaries of dead writers out of an entry.
#pragma once

#include "core/cache/edit/edit_context.hpp"

namespace tcm::cache {

Outcome sweep_entry(EditorShop& shop, const Change& change);

}  // namespace tcm::cache
