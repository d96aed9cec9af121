// SPDX-License-Identifier: Apache-2.0
// An entry looked at and kept open, for what is going to change it. inspect() is the same look without the handle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cache/inspect/inspection.hpp"
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

struct EntryLook {
  util::Fd directory;  ///< not valid when the entry could not be opened
  disk::Node node;     ///< of the entry's directory
  Inspection seen;
  std::vector<Temporary> temporaries;  ///< those of `seen`, in the same order
};

/// `key` is a single file name. Never fails: see Inspection::untouchable.
EntryLook look_at_entry(int root, const std::string& key);

}  // namespace tcm::cache
