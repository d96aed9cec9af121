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
/// metadata of a kernel that is called `__grp__x`; that kernel's own group, `__grp____grp__x.json`, lies beside it
/// then.
bool is_group_among(std::string_view name, const std::function<bool(std::string_view name)>& has);

/// `<stem>.autotune.json`, a stored autotuning result (since 3.4).
bool is_autotune(std::string_view name);
std::string_view autotune_stem(std::string_view name);

/// A name that a writer uses until its file is whole: `tmp.…` (a directory in the entry since 3.2, in the root by
/// TritonBundler), `….tmp` (2.0), `….tmp.pid_…` (2.1 to 3.1).
bool is_temporary(std::string_view name);

/// The same of a path in an entry: a temporary, or something in one.
inline bool is_of_a_temporary(std::string_view path) { return is_temporary(path.substr(0, path.find('/'))); }

/// A directory in the root that a writer has not given its key yet: `tmp.<uuid>`.
inline bool is_temporary_entry(std::string_view key) { return key.starts_with("tmp."); }

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
