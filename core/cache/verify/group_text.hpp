// SPDX-License-Identifier: Apache-2.0
// A group as Triton reads it: whatever Python's JSON makes of the file. What a directory holds is told by
// format/group.hpp, which is stricter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::cache {

enum class GroupForm : std::uint8_t {
  none,        ///< no `child_paths`, or null: a miss for every release
  names,       ///< a list of names
  paths,       ///< a map from names to paths
  other,       ///< JSON that no release can use
  unreadable,  ///< no JSON
};

struct GroupChild {
  std::string name;
  std::string path;  ///< of GroupForm::paths
};

struct GroupText {
  GroupForm form = GroupForm::none;
  std::vector<GroupChild> children;  ///< in the order of the file; of several of one name the last
  std::string problem;               ///< of `other` and `unreadable`: one line, safe to print
};

/// Pure.
GroupText read_group_text(std::string_view text);

}  // namespace tcm::cache
