// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/group_paths.hpp"

#include <filesystem>

namespace tcm::cache {
namespace {

std::string without_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

GroupPaths::GroupPaths(const Root& root, const EditorOptions& options)
    : path_(options.seen_at.empty() ? root.path() : options.seen_at), keep_paths_(options.keep_paths) {
  std::error_code error;
  if (!path_.starts_with('/'))
    if (auto whole = std::filesystem::canonical(path_, error); !error) path_ = whole.string();
  path_ = without_slash(std::move(path_));
  spellings_.insert(path_);
  if (!options.seen_at.empty()) return;
  for (const std::string& spelling : options.spellings) spellings_.insert(without_slash(spelling));
}

std::string GroupPaths::new_path(std::string_view key, std::string_view name, std::string_view path) const {
  if (keep_paths_) return {};
  std::string below;
  below.reserve(path_.size() + key.size() + name.size() + 2);
  ((((below += '/') += key) += '/') += name);
  if (path.ends_with(below) && spellings_.contains(path.substr(0, path.size() - below.size()))) return {};
  return path_ + below;
}

std::string GroupPaths::new_entry_path(std::string_view key, std::string_view path) const {
  if (keep_paths_ || !path.starts_with('/')) return {};
  std::string below = "/";
  below += key;
  const std::size_t at = path.rfind(below);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = path.substr(at + below.size());
  if ((!rest.empty() && rest.front() != '/') || spellings_.contains(path.substr(0, at))) return {};
  return path_ + below + std::string(rest);
}

}  // namespace tcm::cache
