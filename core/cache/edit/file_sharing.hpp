// SPDX-License-Identifier: Apache-2.0
// Making files of an entry hard links to equal ones.
#pragma once

#include "core/cache/edit/edit_context.hpp"

namespace tcm::cache {

Outcome share_files(EditorShop& shop, const Change& change);

}  // namespace tcm::cache
