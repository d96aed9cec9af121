// SPDX-License-Identifier: Apache-2.0
// What the name alone says of a file in an entry. All functions are pure; the views are of their argument.
#pragma once

#include <functional>
#include <string_view>

namespace tcm::cache {

/// Where a root keeps what is on its way out, tcm's own temporaries and what can be restored. No entry, whatever is in
/// it.
inline constexpr const char* kTrashName = ".tcm-trash";

/// Whether `name` can name something in a directory: one component, and not the directory itself or the one above.
bool is_file_name(std::string_view name);

/// `__grp__<stem>.json`, Triton's commit record of an entry (since 2.1).
bool is_group(std::string_view name);
/// The stem of a group's name.
std::string_view group_stem(std::string_view name);

/// Whether `name` is the group of a kernel in an entry whose files `has` tells. `__grp__x.json` may also be the
/// metadata of a kernel that is called `__grp__x`; that kernel's own group, `__grp____grp__x.json`, then lies next
/// to it.
bool is_group_among(std::string_view name, const std::function<bool(std::string_view name)>& has);

/// `<stem>.autotune.json`, a stored autotuning result (since 3.4).
bool is_autotune(std::string_view name);
std::string_view autotune_stem(std::string_view name);

/// A directory in an entry that a writer fills until its file is whole: `tmp.pid_<pid>_<uuid4>` (3.2 and later),
/// `tmp.<8 hex digits>` (builds for Windows). These shapes exactly: users call their directories `tmp.…` too.
bool is_temporary_directory(std::string_view name);

/// A file in an entry that a writer has not given its name yet: `….tmp.pid_<pid>_<number or uuid4>` (2.1 to 3.1), or
/// see is_old_temporary.
bool is_temporary_file(std::string_view name);

/// `<file>.tmp` of a file that a compile writes (2.0).
bool is_old_temporary(std::string_view name);

/// One of these names. Of an old temporary only an entry of Triton 2.0 can tell more: see is_temporary_file_in.
inline bool is_temporary(std::string_view name) { return is_temporary_directory(name) || is_temporary_file(name); }

/// Whether the file is a writer's temporary in the entry `key`: `<file>.tmp` is so only in an entry of Triton 2.0,
/// whose keys are md5 digests; elsewhere somebody else wrote it.
bool is_temporary_file_in(std::string_view key, std::string_view name);

/// A temporary, or a path in a temporary directory.
inline bool is_of_a_temporary(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? is_temporary(path) : is_temporary_directory(path.substr(0, slash));
}

/// A directory in the root that a writer (TritonBundler) has not given its key yet: `tmp.<uuid4>`.
bool is_temporary_entry(std::string_view key);

/// A host module or what belongs to its compilation: a shared object, a precompiled header.
bool is_module(std::string_view name);

/// A file that only a compile of a kernel writes, told by the extensions that all of Triton's backends share.
bool is_compile_output(std::string_view name);

/// From the last dot on, the dot included; empty when there is none or nothing before or behind it.
std::string_view extension_of(std::string_view name);

/// The name without its extension. Triton gives all files of a kernel one stem, that of their group.
std::string_view stem_of(std::string_view name);

/// What may stand in `Artifact::type`: a bare extension of at most 16 letters, digits or underscores.
bool is_label(std::string_view text);

}  // namespace tcm::cache
