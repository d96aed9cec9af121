// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/entry_words.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

namespace fs = std::filesystem;

/// The entry on the way to `path`: the name that follows the path of a root. Only what stands before the name is
/// resolved, for an entry that is a link itself is none of the root that it leads to.
std::optional<EntryPlace> entry_on_the_way(fs::path path, const std::vector<index::RootRow>& roots) {
  for (; path.has_relative_path(); path = path.parent_path()) {
    const std::string name = path.filename().string();
    if (name.empty() || name == ".") continue;
    const std::string parent = util::canonical_directory(path.parent_path().string());
    const auto root = std::find_if(roots.begin(), roots.end(),
                                   [&](const index::RootRow& row) { return row.location.path == parent; });
    if (root != roots.end()) return EntryPlace{*root, name};
  }
  return std::nullopt;
}

}  // namespace

bool is_entry_path(const std::string& word) { return word.find('/') != std::string::npos; }

std::optional<EntryPlace> find_entry_path(const std::string& word, const std::vector<index::RootRow>& roots) {
  std::error_code error;
  const fs::path path = fs::absolute(word, error);
  if (error) return std::nullopt;
  // "KEY/.." is the root and not the entry: of such a path only what it leads to counts.
  if (std::find(path.begin(), path.end(), "..") == path.end())
    if (auto found = entry_on_the_way(path, roots)) return found;
  return entry_on_the_way(util::canonical_directory(word), roots);
}

Error unknown_entry_path(const std::string& word) {
  return {ErrorCode::missing, fmt::format("{}: no cache that the index knows holds this entry; `tcm index --cache-dir "
                                          "DIR` reads another one",
                                          util::escape_control(word))};
}

std::optional<std::string> KeySpan::meant_by(const std::string& word) const {
  // A whole key sorts before those that only begin with it.
  return first == last || first == word ? std::optional(first) : std::nullopt;
}

Result<std::optional<KeySpan>> keys_that_begin(const std::string& word, const index::Criteria& within,
                                               index::Index& index) {
  index::Criteria criteria = within;
  criteria.key_prefix = word;
  std::optional<KeySpan> span;
  TCM_TRY(index.list(criteria, {index::column_field("key"), true}, 1, [&](const index::Row& row) {
    span = KeySpan{row.key, row.key};
  }));
  if (!span) return span;
  TCM_TRY(index.list(criteria, {index::column_field("key"), false}, 1,
                     [&](const index::Row& row) { span->last = row.key; }));
  return span;
}

Result<std::string> whole_key(const std::string& word, const index::Criteria& within, index::Index& index) {
  if (word.empty()) return fail(ErrorCode::usage, "a key is empty");
  TCM_ASSIGN(const auto span, keys_that_begin(word, within, index));
  const std::string shown = util::escape_control(word);
  if (!span) return fail(ErrorCode::missing, fmt::format("'{}': no entry has a key that starts with it", shown));
  if (auto key = span->meant_by(word)) return std::move(*key);
  return fail(ErrorCode::usage,
              fmt::format("'{}' is ambiguous: keys from {} to {} start with it; give more of the key", shown,
                          util::escape_control(span->first), util::escape_control(span->last)));
}

std::string entry_path(const std::string& root, const std::string& key) {
  return root == "/" ? root + key : root + "/" + key;
}

Result<EntryNames> EntryNames::read(index::Index& index) {
  EntryNames names;
  TCM_ASSIGN(const auto own, index.roots());
  TCM_ASSIGN(const auto all, index.roots(index::Hosts::all));
  names.keys_suffice_ = all.size() <= 1;
  for (const index::RootRow& row : all)
    for (const index::RootRow& mine : own)
      if (mine.id == row.id || (!mine.place.file_system.empty() && mine.place == row.place))
        names.own_paths_.emplace(std::pair(row.host, row.location.path), mine.location.path);
  return names;
}

std::string EntryNames::name_of(const index::Row& row) const {
  std::string name = row.key;
  if (!keys_suffice_) {
    const auto own = own_root_of(row);
    name = own ? entry_path(*own, row.key) : fmt::format("{}:{}", row.host, entry_path(row.root, row.key));
  }
  return name.find('\n') == std::string::npos ? name : util::escape_control(name);
}

std::optional<std::string> EntryNames::own_root_of(const index::Row& row) const {
  const auto own = own_paths_.find({row.host, row.root});
  return own == own_paths_.end() ? std::nullopt : std::optional(own->second);
}

}  // namespace tcm::service
