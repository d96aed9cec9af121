// SPDX-License-Identifier: Apache-2.0
// Which index a command works with when the one of the settings is not there, is empty, or lies on a full disk.
#pragma once

#include <vector>

#include "cli/run/context.hpp"

namespace tcm::cli {

/// For a command that reads. On a full disk the index is read as it is or, where SQLite cannot even do that, held in
/// memory and filled from the caches of the settings; one line says so. Errors: as Context::open_index(); missing also
/// when nothing was ever indexed.
Result<index::Index> open_to_read(const Context& context);

/// Whether the index of the settings exists, as far as one can see.
bool has_index(const Context& context);

struct ChangeableIndex {
  index::Index index;
  bool in_memory = false;  ///< the one of the settings does not follow what happens: see catch_up()
};

/// For a command that changes a cache, and brings the index in step with it before: nothing is made for what may turn
/// out to be a plan only, and what frees room needs none. In memory, with a line where the reason is a full disk or (of
/// a dry run) missing rights.
Result<ChangeableIndex> open_to_change(const Context& context, bool dry_run);

/// Whether `error`, of a run with the index of the settings, is a reason to run again with one in memory.
bool needs_memory(const Error& error, bool dry_run);
/// An index in memory: a copy of the one of the settings where that can be read, otherwise empty.
Result<ChangeableIndex> open_in_memory(const Context& context);
/// … with the line that says why.
Result<ChangeableIndex> open_in_memory(const Context& context, const Error& why);

/// After a change that the index of the settings did not follow: brings it in step with these cache directories, now
/// that there may be room. When that fails one line says so.
bool catch_up(const Context& context, const std::vector<std::string>& cache_dirs);

}  // namespace tcm::cli
