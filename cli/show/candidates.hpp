// SPDX-License-Identifier: Apache-2.0
// What a word that means several records could have meant.
#pragma once

#include <string>

#include "cli/run/context.hpp"
#include "core/index/values/columns.hpp"
#include "core/service/query/search.hpp"

namespace tcm::cli {

/// An error line and a table, both where errors go.
void print_candidates(Context& context, index::RecordColumns known, const service::ShowResult& result,
                      const std::string& word);

}  // namespace tcm::cli
