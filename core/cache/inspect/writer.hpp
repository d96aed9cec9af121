// SPDX-License-Identifier: Apache-2.0
// Who writes in an entry: told by the names of its temporaries. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>

namespace tcm::cache {

/// The process that a temporary's name tells, `tmp.pid_<pid>_…` or `….tmp.pid_<pid>_…`; none when it tells none.
std::optional<pid_t> writer_of(std::string_view name);

/// Whether a process with that number runs on this machine that began before `touched_ns`, which is when the temporary
/// was last modified: a later one has the number of a writer that died. In doubt it is the writer.
bool is_live_writer(pid_t pid, std::int64_t touched_ns);

}  // namespace tcm::cache
