// SPDX-License-Identifier: Apache-2.0
// The last step of reading an entry: drafts and files become records.
#pragma once

#include <string_view>
#include <vector>

#include "core/cache/read/draft.hpp"
#include "core/cache/read/naming.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// One record for each draft, in their order. Every file goes to exactly one record; the names of `files` are moved
/// out. Kernels that a hit would fail on become broken (see damage.hpp).
std::vector<model::Record> make_records(std::vector<Draft> drafts, EntryFiles& files, std::string_view key,
                                        const Naming& naming);

}  // namespace tcm::cache
