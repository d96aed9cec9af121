// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/group_paths.hpp"

#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>

namespace tcm::cache {
namespace {

// The groups of a cache name it by one path or two; those of a hostile one by as many as they like.
constexpr std::size_t kMaxPaths = 256;

}  // namespace

GroupPaths::GroupPaths(const Root& root, bool keep_paths) : path_(root.path()), keep_paths_(keep_paths) {
  std::error_code error;
  if (!path_.starts_with('/'))
    if (auto whole = std::filesystem::canonical(path_, error); !error) path_ = whole.string();
  while (path_.ends_with('/')) path_.pop_back();
  disk::stat_of(root.descriptor(), node_);
}

std::string GroupPaths::new_path(std::string_view key, std::string_view name, std::string_view path) {
  if (keep_paths_) return {};
  std::string below;
  below.reserve(path_.size() + key.size() + name.size() + 2);
  ((((below += '/') += key) += '/') += name);
  if (path.ends_with(below) && names_root(path.substr(0, path.size() - below.size()))) return {};
  return path_ + below;
}

bool GroupPaths::names_root(std::string_view directory) {
  if (directory == path_) return true;
  // What is relative was meant from the directory that Triton ran in.
  if (!directory.starts_with('/')) return false;
  std::string named(directory);
  if (const auto known = known_.find(named); known != known_.end()) return known->second;
  struct stat found {};
  const bool same = ::fstatat(AT_FDCWD, named.c_str(), &found, AT_NO_AUTOMOUNT) == 0 && found.st_ino == node_.inode &&
                    found.st_dev == node_.device;
  if (known_.size() >= kMaxPaths) known_.clear();
  known_.emplace(std::move(named), same);
  return same;
}

}  // namespace tcm::cache
