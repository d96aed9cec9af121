// SPDX-License-Identifier: Apache-2.0
// How an entry is named, in a user's words and for other commands: by its key, by the beginning of one, or, where
// several roots may hold the same key, by its path.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/index/index.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// One entry of one root.
struct EntryPlace {
  index::RootRow root;
  std::string key;
};

/// Whether `word` is a path. Keys are names of directories, so none holds a slash.
bool is_entry_path(const std::string& word);

/// The entry that `word` is the path of, or of a file in: absolute or not, with slashes at the end, through symbolic
/// links. Looks at the disk to resolve links only: the entry need not exist. Absent: it lies in none of `roots`.
std::optional<EntryPlace> find_entry_path(const std::string& word, const std::vector<index::RootRow>& roots);

/// Says (missing) that no root of the index holds this path, and what to do.
Error unknown_entry_path(const std::string& word);

/// The first and the last key that begin so, in order; equal when there is but one. Absent when there is none.
struct KeySpan {
  std::string first;
  std::string last;

  /// The key that `word` means: the only one, or the one that it is the whole of. Absent when it is ambiguous.
  std::optional<std::string> meant_by(const std::string& word) const;
};
Result<std::optional<KeySpan>> keys_that_begin(const std::string& word, const index::Criteria& within,
                                               index::Index& index);

/// The key that `word` is or begins. Errors: missing; usage when several begin so.
Result<std::string> whole_key(const std::string& word, const index::Criteria& within, index::Index& index);

/// "ROOT/KEY"
std::string entry_path(const std::string& root, const std::string& key);

/// Names entries so that another command takes them for what was listed and for nothing else: by their keys when the
/// index has one root, by their paths otherwise.
class EntryNames {
 public:
  static Result<EntryNames> read(index::Index& index);

  /// One line. An entry that lies on another host only, where no path of this one leads, is "HOST:PATH", which no
  /// command takes; a name with a line break is escaped, so that it never passes for two.
  std::string name_of(const index::Row& row) const;

  /// The root of an entry as this host calls it; absent when the entry lies on another host only.
  std::optional<std::string> own_root_of(const index::Row& row) const;

 private:
  bool keys_suffice_ = true;
  /// By host and root: the same directory as this host calls it. Roots of other hosts alone are not in it.
  std::map<std::pair<std::string, std::string>, std::string> own_paths_;
};

}  // namespace tcm::service
