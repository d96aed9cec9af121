// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/selection.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/cache/find/cache_directory.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

Result<std::vector<std::string>> all_keys(const cache::Root& root, std::vector<Error>& unread) {
  std::vector<std::string> keys;
  TCM_TRY(root.scan(
      [&](const cache::RootItem& item) {
        if (item.type == cache::RootItem::Type::directory) keys.emplace_back(item.name);
        return true;
      },
      [&](std::string_view name, std::string reason) {
        unread.push_back({ErrorCode::denied, root.path() + "/" + std::string(name) + ": " + std::move(reason)});
      }));
  return keys;
}

using KeysOfRoots = std::map<std::string, std::set<std::string>, std::less<>>;

Result<void> add_matching(const index::Criteria& criteria, index::Index& index, KeysOfRoots& keys) {
  const index::Order order{index::column_field("key"), true, {}, true};
  return index.list(criteria, order, std::nullopt, [&](const index::Row& row) {
    if (const auto root = keys.find(row.root); root != keys.end()) root->second.insert(row.key);
  });
}

Result<void> refresh(const SelectionRequest& request, index::Index& index, const Backends& backends,
                     TransferProgress& progress) {
  IndexRequest wanted;
  wanted.cache_dirs = {request.cache_dir};
  wanted.layout = request.layout;
  wanted.jobs = request.jobs;
  IndexProgress indexing;
  if (progress.stop.load()) return fail(ErrorCode::interrupted, "interrupted");
  TCM_TRY(index_caches(wanted, index, backends, indexing));
  return {};
}

Result<void> select_matching(const SelectionRequest& request, index::Index& index, const Backends& backends,
                             TransferProgress& progress, KeysOfRoots& keys) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(request.filters, backends, util::now_ns(), index.columns()));
  TCM_TRY(refresh(request, index, backends, progress));
  TCM_TRY(check_fields(criteria, index));
  if (criteria.kinds.empty()) criteria.kinds = {model::EntryKind::kernel, model::EntryKind::autotune};
  for (const auto& [path, none] : keys) criteria.root_paths.push_back(path);
  TCM_TRY(add_matching(criteria, index, keys));
  if (!request.modules) return {};
  index::Criteria modules;
  modules.kinds = {model::EntryKind::module};
  modules.root_paths = criteria.root_paths;
  return add_matching(modules, index, keys);
}

}  // namespace

std::uint64_t Selection::size() const {
  std::uint64_t sum = 0;
  for (const SelectedRoot& root : roots) sum += root.keys.size();
  return sum;
}

bool needs_index(const SelectionRequest& request) { return !is_empty(request.filters); }

Result<Selection> select_entries(const SelectionRequest& request, index::Index* index, const Backends& backends,
                                 TransferProgress& progress) {
  TCM_ASSIGN(cache::CacheDirectory directory, cache::find_roots(request.cache_dir, request.layout));
  Selection selection;
  selection.cache_dir = directory.path;
  selection.layout = directory.layout;
  for (const cache::SearchProblem& problem : directory.problems)
    selection.unread.push_back({ErrorCode::denied, problem.path + ": " + problem.message});
  KeysOfRoots matching;
  for (const model::RootLocation& location : directory.roots) {
    TCM_ASSIGN(cache::Root root, cache::Root::open(location.path));
    std::string relative = location.path.substr(std::min(location.path.size(), directory.path.size()));
    if (relative.starts_with('/')) relative.erase(0, 1);
    matching.emplace(location.path, std::set<std::string>());
    selection.roots.push_back({std::move(root), std::move(relative), {}});
  }
  std::sort(selection.roots.begin(), selection.roots.end(),
            [](const SelectedRoot& a, const SelectedRoot& b) { return a.relative < b.relative; });
  if (needs_index(request)) {
    if (index == nullptr) return fail(ErrorCode::missing, "there is no index, which the filters ask");
    TCM_TRY(select_matching(request, *index, backends, progress, matching));
    for (SelectedRoot& root : selection.roots) {
      const auto& keys = matching[root.root.path()];
      root.keys.assign(keys.begin(), keys.end());
    }
  } else {
    for (SelectedRoot& root : selection.roots) {
      TCM_ASSIGN(root.keys, all_keys(root.root, selection.unread));
      std::sort(root.keys.begin(), root.keys.end());
    }
  }
  progress.expected.store(selection.size());
  return selection;
}

}  // namespace tcm::service
