// SPDX-License-Identifier: Apache-2.0
// The group file: which files make up a kernel. Triton 2.1 to 2.3 and its RemoteCacheManager write a list of names,
// 3.0 and later a map from name to absolute path. The paths are where the cache once was and are never opened: what a
// group names is looked for inside its entry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace tcm::cache {

/// More names than any kernel has files; a group beyond is malformed.
inline constexpr std::size_t kMaxGroupChildren = 4096;

struct GroupListing {
  std::vector<std::string> names;  ///< see parse_group
  std::string path;                ///< what a map says of the first of them; empty of a list
  std::string odd_path;            ///< the first path in another directory than `path`; empty when all are in one
  std::size_t odd_child = 0;       ///< which name has it
};

/// The same as parse_group with the first path, which tells where the group was written.
tl::expected<GroupListing, std::string> list_group(std::string_view text);

/// The directory that the root is to the writer of a group that gives the child `name` of the entry `key` this path:
/// text only, nothing is looked at. The path itself when it does not end so: it does not name a file of the entry in
/// any root.
std::string_view named_root(std::string_view path, std::string_view key, std::string_view name);

/// The file names that a group lists, in its order; without any directory part. Empty for a group without
/// `child_paths`, which Triton takes for a miss. The error says in one line what is wrong: no JSON, another shape, or a
/// name that can name no file of the entry.
tl::expected<std::vector<std::string>, std::string> parse_group(std::string_view text);

}  // namespace tcm::cache
