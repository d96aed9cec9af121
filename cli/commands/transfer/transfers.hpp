// SPDX-License-Identifier: Apache-2.0
// What the commands that carry entries share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/run/context.hpp"
#include "core/service/transfer/import.hpp"

namespace tcm::cli {

/// The one cache directory that is meant: that of the option, else that of the settings. Errors (usage): there are
/// several.
Result<std::string> one_cache_dir(const Context& context, const std::vector<std::string>& given);

/// The layout of the settings; absent: told by shape.
std::optional<model::Layout> layout_of(const Context& context);

/// The index that filters search; the caller updates it first. Nothing when there is no filter.
Result<std::optional<index::Index>> index_for(const Context& context, const service::SelectionRequest& selection);

/// Takes entries into a cache directory, tells how it went, and lets the index follow. `added` is what they became.
ExitCode run_import(service::ImportRequest& request, index::Index* index, std::string_view added, Format format,
                    Context& context);

}  // namespace tcm::cli
