// SPDX-License-Identifier: Apache-2.0
// One file of an entry as `tcm show --file` prints it, and paths as --path does.
#pragma once

#include <string>

#include "cli/run/context.hpp"
#include "core/index/index.hpp"
#include "core/service/query/search.hpp"

namespace tcm::cli {

struct ShowFileOptions {
  std::string file;   ///< empty: none
  bool path = false;  ///< the path instead of what is there
};

/// Of the records that were found, of which there is at least one.
ExitCode show_file(Context& context, index::Index& index, const service::ShowResult& result,
                   const ShowFileOptions& options);

}  // namespace tcm::cli
