// SPDX-License-Identifier: Apache-2.0
// The names in a pack. They are somebody else's: nothing that they say reaches the system but single names that were
// checked here. All functions are pure.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tcm::cache {

/// Whether this is a valid name of an entry or of a file in one: a single name, not hidden, UTF-8, printable.
bool is_packed_name(std::string_view name);

/// Whether a root of a pack may be called so: nothing, or some packed names with slashes between.
bool is_packed_root(std::string_view root);

struct MemberPath {
  std::string root;  ///< what stands before the entry; empty: nothing
  std::string key;
  std::string file;  ///< empty: it is the entry's directory, or one above
};

/// The path of a member as its parts: the last is the file, the one before it the key. A leading "./" and a trailing
/// slash say nothing. Errors, in one line: it leads out of where it is unpacked, or holds what no name holds.
tl::expected<MemberPath, std::string> parse_member(std::string_view path, bool is_directory);

/// The path that the file of an entry has in a pack.
std::string member_path(std::string_view root, std::string_view key, std::string_view file);

}  // namespace tcm::cache
