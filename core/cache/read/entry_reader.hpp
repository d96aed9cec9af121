// SPDX-License-Identifier: Apache-2.0
// From the files of one entry to its records.
#pragma once

#include <string_view>
#include <vector>

#include "core/cache/read/draft.hpp"
#include "core/cache/read/naming.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// Makes the records of one open entry directory. One use each.
class EntryReader {
 public:
  /// All arguments are borrowed.
  EntryReader(int directory, std::string_view key, const Naming& naming)
      : entry_{directory, key, {}, false}, naming_(naming) {}

  /// Returns 0, or the errno of listing the directory.
  int read(std::vector<model::Record>& records);

  /// Something came or went while it was read.
  bool changed() const { return entry_.files.changed; }
  /// Something could not be read that may be readable the next time.
  bool try_again() const { return entry_.try_again; }
  /// After read(): the access times that it found, and left.
  model::OwnReading reading() const { return {entry_.files.used_ns, entry_.files.left_ns}; }
  /// After read(): the names of files have moved into the records.
  const EntryFiles& files() const { return entry_.files; }

 private:
  OpenEntry entry_;
  const Naming& naming_;
};

}  // namespace tcm::cache
