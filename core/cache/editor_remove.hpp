// SPDX-License-Identifier: Apache-2.0
// Taking an entry away: out of the root in one step, then deleted, or kept in the trash.
#pragma once

#include "core/cache/editor_shop.hpp"

namespace tcm::cache {

Outcome remove_entry(EditorShop& shop, const Change& change);

}  // namespace tcm::cache
