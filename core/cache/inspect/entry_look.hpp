// SPDX-License-Identifier: Apache-2.0
// Looking at an entry from outside. Opens its directories, never a file; follows no symbolic link and crosses no mount
// point.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cache/inspect/inspection.hpp"
#include "core/cache/read/root.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::cache {

/// A name directly in the entry that a writer uses.
struct Temporary {
  std::string name;
  bool is_directory = false;
  std::int64_t newest_ns = 0;  ///< of it and of all in it
  std::string writer;          ///< "pid 4121" when that is alive
};

/// An entry looked at and kept open, for what is going to change it.
struct EntryLook {
  util::Fd directory;  ///< not valid when the entry could not be opened
  disk::Node node;     ///< of the entry's directory
  Inspection seen;
  std::vector<Temporary> temporaries;  ///< those of `seen`, in the same order
};

/// Looks at one entry. Never fails: what is wrong is in Inspection::untouchable. `key` is a single file name.
/// Thread-safe.
///
/// A temporary `tmp.pid_<pid>_…` (or `….tmp.pid_<pid>_…`) has a live writer when a process with that pid runs on this
/// machine that began before the temporary was last modified; processes of other machines and containers cannot be
/// seen, for which there is the grace period.
EntryLook look_at_entry(int root, const std::string& key);

/// The same look without the handle.
Inspection inspect(const Root& root, const std::string& key);

}  // namespace tcm::cache
