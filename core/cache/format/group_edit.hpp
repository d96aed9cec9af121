// SPDX-License-Identifier: Apache-2.0
// A group file's text with fewer children, or other paths. Everything that stays is kept as it stands, byte by byte:
// the shape, unless it is to become a map, other members, order, blanks, how names and numbers are written.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tcm::cache {

struct GroupEdit {
  /// Whether the child of that file name stays. Called once for each, in order.
  std::function<bool(std::string_view name)> stays;
  /// The path that the child is to have, given the one that the group says. Empty: the one that it has. Of maps only.
  std::function<std::string(std::string_view name, std::string_view path)> new_path;
  /// A list of names becomes a map with a path for each; new_path() gets no path then.
  bool as_map = false;
};

/// Edits a group that parse_group accepts. The error says in one line why that cannot be done faithfully.
tl::expected<std::string, std::string> edit_group(std::string_view text, const GroupEdit& edit);

}  // namespace tcm::cache
