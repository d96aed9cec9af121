// SPDX-License-Identifier: Apache-2.0
// The directory .tcm-trash of a root and what lies in it: `tmp.<pid>.<n>`, what an editor is working on; one bin for
// each trash id; and `lock` on file systems that lock no directories. Made when it is needed, gone when it is empty.
// Whoever may write in the root may write in it; what lies in it is its maker's alone.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cache/format/file_names.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::cache {

/// Whether a directory of a trash area is what an editor works in, or worked in when it was killed.
bool is_scratch_name(std::string_view name);

class TrashArea {
 public:
  /// The path is that of the root, for messages; the descriptor is borrowed.
  TrashArea(std::string root_path, int root) : root_path_(std::move(root_path)), root_(root) {}

  /// Opens what is there: false when nothing is. Errors: failed (a link, a mount point), denied.
  Result<bool> find();
  /// The same for what is going to be changed. Errors: also denied when this user may not write in it.
  Result<bool> find_to_change();
  /// Opens or makes it. Errors: as find_to_change(), and no_space; so do the next four.
  Result<void> need();
  /// Valid after find() returned true, or need().
  int descriptor() const { return area_.get(); }

  /// A directory of this process in it for what is on its way out, the same one until renew_scratch(); its descriptor.
  Result<int> scratch();
  /// The next scratch() is another one: something in this one could not be deleted.
  void renew_scratch() { old_scratches_.push_back(std::move(scratch_)); }
  /// Another one, for new groups; the same one always.
  Result<int> group_scratch();
  /// Another one, for entries that are made before they are moved into the root: its path and its descriptor.
  Result<std::pair<std::string, int>> staging();
  /// Opens or makes a bin.
  Result<int> bin(const std::string& id);

  /// Takes a bin out of use by giving it the name of a temporary, which needs no room for another directory; that name.
  Result<std::string> retire(const std::string& id);

  /// Deletes what killed processes left in it. The root's lock must be held.
  void sweep(disk::Removal& done);
  /// Deletes this process's temporaries, and the area itself when that leaves it empty. The root's lock must be held.
  void close();

  std::string path() const { return root_path_ + '/' + kTrashName; }

 private:
  Result<void> open_area();
  Result<void> check_access() const;
  Result<util::Fd> make_below(const std::string& name);
  Result<util::Fd> make_scratch();
  Result<std::string> unused_name();

  std::string root_path_;
  int root_;
  util::Fd area_;
  util::Fd scratch_;
  std::vector<util::Fd> old_scratches_;  // kept open for those who still delete in them
  util::Fd group_scratch_;
  util::Fd staging_;
  std::string staging_path_;
  std::vector<std::string> scratches_;
  int count_ = 0;
  std::string bin_id_;
  util::Fd bin_;
};

}  // namespace tcm::cache
