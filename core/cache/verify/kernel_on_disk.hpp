// SPDX-License-Identifier: Apache-2.0
// All that decides what a look-up of one kernel comes to, as it lies in an entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/format/file_types.hpp"
#include "core/cache/read/damage.hpp"
#include "core/cache/read/entry_files.hpp"
#include "core/cache/verify/finding.hpp"
#include "core/cache/verify/group_text.hpp"
#include "core/cache/verify/metadata_text.hpp"

namespace tcm::cache {

enum class FileState : std::uint8_t {
  absent,
  empty,
  present,
  directory,
  other,  ///< a symbolic link, a device: what it leads to is not looked at
};

/// A file that a group lists.
struct ListedFile {
  std::string name;                       ///< as the group calls it
  std::string path;                       ///< where the group says it is; empty in a list of names
  std::string file;                       ///< the last component of `path`, or `name`: what to look for in the entry
  FileState at_path = FileState::absent;  ///< of `file` in the entry
  FileState at_name = FileState::absent;  ///< of `name` in the entry
  HitRole role = HitRole::unknown;        ///< of `file`
};

/// How reading a json file of the entry ended.
struct JsonFile {
  enum class State : std::uint8_t { read, absent, unreadable, unchecked } state = State::absent;
  std::string problem;  ///< of `unreadable` and `unchecked`: one line
};

/// What a look into a file that a hit reads has shown.
struct FileDamage {
  FindingId id = FindingId::binary_malformed;  ///< or binary_truncated, digest_differs, text_not_utf8, unreadable,
                                               ///< unchecked
  std::string file;
  std::string detail;  ///< one line, safe to print
};

struct KernelOnDisk {
  std::string key;
  std::string group;  ///< its file name
  JsonFile group_file;
  GroupForm form = GroupForm::none;
  std::string group_problem;  ///< see GroupText
  std::vector<ListedFile> files;
  std::string metadata_name;  ///< what Triton looks for in the group: "<kernel>.json"
  JsonFile metadata_file;
  MetadataText metadata;
  std::string metadata_json;           ///< the file, whole; empty when it was not read
  bool knows_binary = false;           ///< a backend has told what kernels of the target are run from
  bool other_backend = false;          ///< the target is none that is known, and the options name one that is
  bool writes_here = false;            ///< the paths are to be taken for those of the entry, see mended()
  std::optional<FileDamage> damage{};  ///< set by whoever looked into the files; of several a binary's
};

/// Reads the groups of an entry and the metadata they name: at most 1 MiB of each file. `files` is the entry listed and
/// sized. In order of the groups' names; none when the entry has none. Thread-safe.
std::vector<KernelOnDisk> read_kernels(int entry, std::string_view key, const EntryFiles& files,
                                       const FileTypes& types);

}  // namespace tcm::cache
