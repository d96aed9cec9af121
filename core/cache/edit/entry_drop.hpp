// SPDX-License-Identifier: Apache-2.0
// Dropping some of an entry's files, in two steps. prepare() decides everything and writes the new groups into the
// trash area; once those are on the disk, carry_out() puts them in place and deletes what they no longer list.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/cache/edit/edit_context.hpp"

namespace tcm::cache {

/// Finds out which directory a group's path is in. Remembers, as all entries of a cache say the same.
class RootSpelling {
 public:
  RootSpelling(const Root& root, bool keep_paths);

  /// The path that a child is to have; empty: the one that it has.
  std::string new_path(std::string_view key, std::string_view name, std::string_view path);

 private:
  bool names_root(std::string_view directory);

  std::string path_;
  disk::Node node_;
  bool keep_paths_;
  std::unordered_map<std::string, bool> known_;
};

struct DroppedFile {
  std::string name;
  model::ArtifactKind kind = model::ArtifactKind::ir;
  std::uint64_t bytes = 0;
};

struct NewGroup {
  std::string name;     ///< in the entry
  std::string scratch;  ///< in the scratch directory
  disk::Node old;
};

/// What is about to happen to one entry.
struct DropPlan {
  std::optional<Outcome> decided;  ///< nothing is: this is the outcome
  model::EntryStamp stamp;
  model::Entry entry;  ///< as it will be, but for the stamp
  std::vector<DroppedFile> files;
  std::vector<NewGroup> groups;
  std::size_t names = 0;  ///< directly in the entry, before
  bool relocated = false;
};

class Dropper {
 public:
  explicit Dropper(EditorShop& shop) : shop_(shop), spelling_(shop.root, shop.options.keep_paths) {}

  DropPlan prepare(const Change& change);
  /// Makes sure that the new groups of these plans are on the disk; those for which that fails are decided then.
  void sync(std::vector<DropPlan>& plans);
  Outcome carry_out(const Change& change, DropPlan& plan);
  /// Forgets a plan that is not carried out.
  void discard(const DropPlan& plan);

 private:
  EditorShop& shop_;
  RootSpelling spelling_;
  std::uint64_t count_ = 0;
};

}  // namespace tcm::cache
