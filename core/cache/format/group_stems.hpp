// SPDX-License-Identifier: Apache-2.0
// Which files of an entry go with its groups. Triton gives all files of a kernel the stem of their group.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace tcm::cache {

/// The stems of some groups of one entry.
class GroupStems {
 public:
  /// Adds a group by its file name; a name that is not a group's adds nothing.
  void add(std::string_view name);

  bool empty() const { return stems_.empty(); }
  std::size_t count() const { return stems_.size(); }
  bool has(std::string_view stem) const { return stems_.contains(stem); }

  /// Whether the file has the name of a kernel's own, "<stem>.<extension>": nobody but its compile wrote that.
  bool has_file(std::string_view name) const;
  /// Whether the name is "<stem>.<anything>". What a backend that nobody knows writes may be called so.
  bool has_prefix_of(std::string_view name) const;

 private:
  std::set<std::string, std::less<>> stems_;
};

}  // namespace tcm::cache
