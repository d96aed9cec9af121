// SPDX-License-Identifier: Apache-2.0
// An entry while it is being read: its files, and the records in the making.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cache/read/entry_files.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// One entry's open directory, and what was found in it so far.
struct OpenEntry {
  int directory;         ///< borrowed
  std::string_view key;  ///< borrowed
  EntryFiles files;
  std::size_t metadata_bytes = 0;  ///< kept of its metadata so far
  std::size_t children = 0;        ///< names that its groups list, so far
  bool try_again = false;          ///< something could not be read that may be readable the next time
};

/// A record in the making: what is known before its files are.
struct Draft {
  model::Record record;
  std::string stem;        ///< files "<stem>.…" are its
  std::string group;       ///< its group file; empty without
  std::string metadata;    ///< its metadata file; empty without
  std::string binary_ext;  ///< see Metadata
  std::string missing;     ///< see Metadata
  bool has_ctime = false;  ///< see Metadata
  std::vector<std::string> children;
};

/// Makes the record one of a broken kernel: "<file>: <what>".
void mark_broken(Draft& draft, model::SkipReason reason, std::string_view file, std::string_view what);

/// Reads a json file of the entry into `text`. False when that fails: then the draft is marked as broken, as
/// `too_large` when the file is.
bool read_json(OpenEntry& entry, const std::string& name, model::SkipReason too_large, std::string& text, Draft& draft);

/// Reads the draft's metadata from that file; a draft whose metadata cannot be read is marked as broken.
void read_metadata(OpenEntry& entry, const std::string& name, Draft& draft);

}  // namespace tcm::cache
