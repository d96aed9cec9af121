// SPDX-License-Identifier: Apache-2.0
// One file of an entry, found by a user's word and read from the disk as it is now.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// The files of one record, and where they lie. Borrowed: valid as long as the record.
struct RecordFiles {
  std::string root;  ///< as this host calls it; empty: the entry lies on another host only
  std::string key;
  const std::vector<model::Artifact>* artifacts = nullptr;
};

struct EntryFile {
  std::string root;
  std::string key;
  model::Artifact artifact;

  std::string path() const;
};

/// The one file that `word` means: the file of this name, else of this type ("ttgir"), else of this kind ("assembly").
/// Errors: missing (the message names what there is; also when the entry lies on another host only); usage when the
/// word means several files.
Result<EntryFile> find_entry_file(const std::vector<RecordFiles>& records, std::string_view word);

/// Hands the file to `each` in pieces, as its bytes are; at most a piece is held. Errors: missing, denied, failed; what
/// was handed out before one counts for nothing.
Result<void> read_entry_file(const EntryFile& file, const std::function<void(std::string_view piece)>& each);

/// The whole file. Errors: as read_entry_file(); failed when it has more than `limit` bytes.
Result<std::string> load_entry_file(const EntryFile& file, std::size_t limit);

}  // namespace tcm::service
