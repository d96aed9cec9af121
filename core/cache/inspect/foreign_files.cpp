// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/foreign_files.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group.hpp"
#include "core/cache/format/group_stems.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;

constexpr std::string_view kJson = ".json";
constexpr std::string_view kLock = "lock";  // of Triton 2.0
constexpr std::string_view kNotTritons = "not a file of Triton's";

/// What both questions ask about the other files of the entry.
struct Neighbours {
  std::function<bool(std::string_view name)> has;
  /// Whether there is a compiled file "<stem>.…".
  std::function<bool(std::string_view stem)> has_output;
  GroupStems groups;
  std::string_view key;
  /// Whether some backend's files have the extension.
  std::function<bool(std::string_view name)> is_known;

  bool is_temporary(std::string_view name) const {
    constexpr std::string_view kEnd = ".tmp";
    if (is_temporary_file_in(key, name)) return true;
    // A backend's file in an entry of Triton 2.0.
    return name.ends_with(kEnd) && key_encoding(key) == KeyEncoding::md5_hex &&
           is_known(name.substr(0, name.size() - kEnd.size()));
  }
};

bool is_metadata(std::string_view name, const Neighbours& others) {
  const std::string_view stem = name.substr(0, name.size() - kJson.size());
  return others.groups.has(stem) || others.has_output(stem);
}

// `known`: the extension is one that some backend's files have.
bool is_tritons_name(std::string_view name, bool known, const Neighbours& others) {
  if (const std::size_t slash = name.find('/'); slash != std::string_view::npos)
    return is_temporary_directory(name.substr(0, slash));  // what is in it: see foreign_in_temporaries
  if (others.is_temporary(name) || is_group(name) || is_autotune(name) || is_module(name) || name == kLock) return true;
  if (name.ends_with(kJson)) return is_metadata(name, others);
  // In an entry without a group (of Triton 2.0, or of a writer that died) only the extension tells.
  if (known && (others.groups.empty() || others.groups.has_prefix_of(name))) return true;
  // A header that was compiled ahead.
  return others.has(fmt::format("{}.gch", name)) || others.has(fmt::format("{}.pch", name));
}

bool is_output_of(std::string_view name, std::string_view stem) {
  return name.size() > stem.size() && name.starts_with(stem) && name[stem.size()] == '.';
}

/// Everything that the groups of an entry list.
std::set<std::string, std::less<>> listed_in(const EntryLook& look) {
  std::set<std::string, std::less<>> listed;
  std::string text;
  for (const InspectedFile& file : look.seen.files) {
    if (!is_group(file.name)) continue;
    if (disk::read_file_at(look.directory.get(), file.name.c_str(), kMaxJsonBytes, text).status != disk::ReadStatus::ok)
      continue;
    if (auto children = parse_group(text)) listed.insert(children->begin(), children->end());
  }
  return listed;
}

GroupStems groups_of(const model::Entry& entry) {
  GroupStems groups;
  for (const model::Record& record : entry.records)
    for (const model::Artifact& artifact : record.artifacts)
      if (artifact.kind == ArtifactKind::group) groups.add(artifact.name);
  return groups;
}

// Whether something in the directory says that it is an entry: it has no key's name.
bool shows_entry(const EntryLook& look) {
  return std::any_of(look.seen.files.begin(), look.seen.files.end(),
                     [](const InspectedFile& file) { return is_group(file.name) || is_autotune(file.name); });
}

}  // namespace

std::optional<std::string> find_foreign_file(const EntryLook& look, std::string_view key, const FileTypes& types) {
  if (auto foreign = foreign_in_temporaries(look.seen, key, types))
    return fmt::format("{}: {}", util::escape_control(*foreign), kNotTritons);
  if (is_temporary_entry(key)) return std::nullopt;
  if (!look.seen.nested.empty())
    return fmt::format("{}/: not a directory of Triton's", util::escape_control(look.seen.nested.front()));
  if (!key_encoding(key) && !shows_entry(look)) return "not an entry of Triton's";

  const std::vector<InspectedFile>& files = look.seen.files;
  const auto is_known = [&types](std::string_view name) { return types.find_any(extension_of(name)) != nullptr; };
  const auto at_or_behind = [&files](std::string_view name) {
    return std::lower_bound(files.begin(), files.end(), name,
                            [](const InspectedFile& file, std::string_view b) { return file.name < b; });
  };
  const Neighbours others{[&](std::string_view name) {
                            const auto at = at_or_behind(name);
                            return at != files.end() && at->name == name;
                          },
                          [&](std::string_view stem) {
                            for (auto at = at_or_behind(stem);
                                 at != files.end() && std::string_view(at->name).starts_with(stem); ++at)
                              if (is_output_of(at->name, stem) && !at->name.ends_with(kJson) && is_known(at->name))
                                return true;
                            return false;
                          },
                          groups_of(look.seen), key, is_known};
  std::optional<std::set<std::string, std::less<>>> listed;
  for (const InspectedFile& file : files) {
    if (is_tritons_name(file.name, is_known(file.name), others)) continue;
    if (!listed) listed = listed_in(look);
    if (file.name.find('/') == std::string::npos && listed->contains(file.name)) continue;
    return fmt::format("{}: {}", util::escape_control(file.name), kNotTritons);
  }
  return std::nullopt;
}

bool is_tritons(const InspectedFile& file, const model::Entry& entry) {
  const auto any = [&entry](auto&& test) {
    return std::any_of(entry.records.begin(), entry.records.end(), [&test](const model::Record& record) {
      return std::any_of(record.artifacts.begin(), record.artifacts.end(), test);
    });
  };
  const auto is_known = [&any](std::string_view name) {
    return any([name](const model::Artifact& item) { return item.name == name && item.kind != ArtifactKind::other; });
  };
  const Neighbours others{
      [&any](std::string_view name) { return any([name](const model::Artifact& item) { return item.name == name; }); },
      [&any](std::string_view stem) {
        return any([stem](const model::Artifact& item) {
          return is_output_of(item.name, stem) && item.kind != ArtifactKind::metadata &&
                 item.kind != ArtifactKind::other;
        });
      },
      groups_of(entry), entry.key, is_known};
  if (is_tritons_name(file.name, is_known(file.name), others)) return true;
  // A stage of a backend that nobody knows: it is called like the kernel.
  const std::string_view extension = extension_of(file.name);
  if (extension.empty() || !is_label(extension.substr(1)) || file.name.find('/') != std::string::npos) return false;
  return !file.name.ends_with(kJson) && others.groups.has_file(file.name);
}

}  // namespace tcm::cache
