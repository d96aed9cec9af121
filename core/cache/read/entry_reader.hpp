// SPDX-License-Identifier: Apache-2.0
// From the files of one entry to its records.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cache/format/metadata.hpp"
#include "core/cache/read/entry_files.hpp"
#include "core/cache/read/root.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// A record in the making: what is known before its files are.
struct Draft {
  model::Record record;
  std::string stem;        ///< files "<stem>.…" are its
  std::string group;       ///< its group file; empty without
  std::string metadata;    ///< its metadata file; empty without
  std::string binary_ext;  ///< see Metadata
  bool has_ctime = false;  ///< see Metadata
  std::vector<std::string> children;
};

/// Makes the records of one open entry directory. One use each.
class EntryReader {
 public:
  EntryReader(int directory, std::string_view key, const Naming& naming)
      : directory_(directory), key_(key), naming_(naming) {}

  /// Returns 0, or the errno of listing the directory.
  int read(std::vector<model::Record>& records);

  /// Something came or went while it was read.
  bool changed() const { return files_.changed; }
  /// Something could not be read that may be readable the next time.
  bool try_again() const { return try_again_; }
  const EntryFiles& files() const { return files_; }

 private:
  void read_groups();
  Draft read_group(std::string_view name);
  void read_ungrouped();
  bool read_ungrouped_kernels();
  void classify_ungrouped();

  std::string metadata_name(const Draft& draft) const;
  void read_metadata(Draft& draft, const std::string& name);
  bool read_json_file(const std::string& name, std::string& text, Draft& draft, model::SkipReason too_large);
  void fail(Draft& draft, model::SkipReason reason, std::string_view file, std::string_view what);
  void take_facts(Draft& draft, Metadata&& metadata, std::string&& text);

  void share_out();
  model::Record finish(Draft& draft, int index);
  model::Artifact artifact(EntryFile& file, const Draft& draft, std::string_view target) const;

  int directory_;
  std::string_view key_;
  const Naming& naming_;
  EntryFiles files_;
  std::vector<Draft> drafts_;
  bool try_again_ = false;
  std::string unreadable_ungrouped_;  ///< the json of an entry without group that could not be opened, and why
};

}  // namespace tcm::cache
