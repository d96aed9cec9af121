// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/known_roots.hpp"

#include <set>

#include "core/cache/find/cache_directory.hpp"
#include "core/cache/format/file_names.hpp"
#include "core/disk/directory.hpp"

namespace tcm::service {
namespace {

std::string without_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

/// The paths at which processes see the root.
std::vector<std::string> paths_of(const VerifyRequest& request, const cache::CacheDirectory& directory,
                                  const std::string& root) {
  if (!request.seen_at.empty())
    return {without_slash(without_slash(request.seen_at) + root.substr(directory.path.size()))};
  std::vector<Spelling> spellings = spellings_of(request.cache_dirs);
  spellings.insert(spellings.end(), request.spellings.begin(), request.spellings.end());
  return spelled(root, spellings);
}

}  // namespace

Result<std::vector<CheckedRoot>> open_roots(const VerifyRequest& request, std::vector<Error>& unread) {
  if (!request.seen_at.empty() && request.cache_dirs.size() > 1)
    return fail(ErrorCode::usage, "--as-seen-at is about one cache directory: choose it with --cache-dir");
  std::vector<CheckedRoot> roots;
  std::set<std::string> done;
  for (const std::string& given : request.cache_dirs) {
    auto directory = cache::find_roots(given, request.layout);
    if (!directory) {
      unread.push_back(std::move(directory).error());
      continue;
    }
    for (const cache::SearchProblem& problem : directory->problems)
      unread.push_back({ErrorCode::denied, problem.path + ": " + problem.message});
    for (const model::RootLocation& location : directory->roots) {
      if (!done.insert(location.path).second) continue;
      auto root = cache::Root::open(location.path);
      if (root)
        roots.push_back({std::move(*root), paths_of(request, *directory, location.path)});
      else
        unread.push_back(std::move(root).error());
    }
  }
  if (roots.empty() && !unread.empty()) return fail(unread.front());
  return roots;
}

Result<OtherRoots> OtherRoots::find(const std::vector<CheckedRoot>& checked, index::Index* index) {
  std::set<std::string> paths;
  for (const CheckedRoot& root : checked) paths.insert(root.root.path());
  if (index != nullptr) {
    TCM_ASSIGN(const auto rows, index->roots());
    for (const index::RootRow& row : rows)
      if (row.absent_ns == 0) paths.insert(row.location.path);
  }
  OtherRoots others;
  // One that cannot be opened is one that a process cannot read either.
  for (const std::string& path : paths)
    if (auto root = cache::Root::open(path)) others.roots_.emplace(path, std::move(*root));
  return others;
}

bool OtherRoots::has(const std::string& path) const {
  const std::size_t file = path.rfind('/');
  if (file == std::string::npos || file == 0) return false;
  const std::size_t key = path.rfind('/', file - 1);
  if (key == std::string::npos) return false;
  const auto found = roots_.find(std::string_view(path).substr(0, key));
  if (found == roots_.end()) return false;
  const std::string key_name = path.substr(key + 1, file - key - 1);
  const std::string file_name = path.substr(file + 1);
  if (!cache::is_file_name(key_name) || !cache::is_file_name(file_name)) return false;
  util::Fd directory;
  disk::Node node;
  return disk::open_directory_at(found->second.descriptor(), key_name.c_str(), directory) == 0 &&
         disk::stat_at(directory.get(), file_name.c_str(), node) == 0 && node.type == disk::NodeType::file;
}

}  // namespace tcm::service
