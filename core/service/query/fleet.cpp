// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/fleet.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

using Roots = std::vector<index::RootRow>;

std::vector<std::int64_t> ids_of(const Roots& roots) {
  std::vector<std::int64_t> ids;
  for (const index::RootRow& root : roots) ids.push_back(root.id);
  return ids;
}

bool is_meant(const std::string& host, const std::vector<std::string>& words) {
  bool wanted = true;
  bool any_wanted = false;
  bool matched = false;
  for (const std::string& word : words) {
    const bool negated = word.starts_with('!');
    const bool matches = util::glob_match(std::string_view(word).substr(negated ? 1 : 0), host);
    if (negated && matches) wanted = false;
    if (negated) continue;
    any_wanted = true;
    matched = matched || matches;
  }
  return wanted && (matched || !any_wanted);
}

Error nobody(const Roots& roots, std::string_view option, const std::string& word) {
  std::set<std::string_view> names;
  for (const index::RootRow& root : roots) names.insert(root.host);
  constexpr std::size_t kNamed = 8;
  std::string known;
  std::size_t named = 0;
  for (const std::string_view name : names) {
    if (named++ == kNamed) break;
    known += (known.empty() ? "" : ", ") + (name.empty() ? std::string("(none)") : util::escape_control(name));
  }
  if (names.size() > kNamed) known += fmt::format(" and {} more", names.size() - kNamed);
  return {ErrorCode::missing, fmt::format("{}: no host '{}' in the index, which knows {}", option,
                                          util::escape_control(word), known.empty() ? "none" : known)};
}

/// Takes out of `roots` those whose directory another of them has, too; returns them.
Roots take_repeated(Roots& roots) {
  std::map<std::pair<std::string, std::uint64_t>, const index::RootRow*> best;
  for (const index::RootRow& root : roots) {
    if (root.place.file_system.empty()) continue;
    auto& known = best[{root.place.file_system, root.place.inode}];
    const auto rank = [](const index::RootRow& row) { return std::tuple(row.indexed_ns, -row.id); };
    if (known == nullptr || rank(root) > rank(*known)) known = &root;
  }
  std::set<std::int64_t> kept;
  for (const auto& [place, root] : best) kept.insert(root->id);
  const auto repeated = std::stable_partition(roots.begin(), roots.end(), [&](const index::RootRow& root) {
    return root.place.file_system.empty() || kept.contains(root.id);
  });
  Roots taken(std::make_move_iterator(repeated), std::make_move_iterator(roots.end()));
  roots.erase(repeated, roots.end());
  return taken;
}

/// The files of a directory below another one count there already.
void leave_out_nested(std::vector<index::CacheDirRow>& dirs) {
  std::set<std::pair<std::string, std::string>> all;
  for (const index::CacheDirRow& dir : dirs) all.emplace(dir.host, dir.path);
  std::erase_if(dirs, [&all](const index::CacheDirRow& dir) {
    for (std::size_t end = dir.path.rfind('/'); end != std::string::npos && end > 0; end = dir.path.rfind('/', end - 1))
      if (all.contains({dir.host, dir.path.substr(0, end)})) return true;
    return false;
  });
}

/// Takes out of `roots` those that are absent, but for those in a cache directory that the filters name; returns them.
Roots take_absent(const FilterWords& words, Roots& roots) {
  std::vector<std::string> named;
  for (const std::string& dir : words.cache_dirs) named.push_back(util::canonical_directory(dir));
  const auto away = std::stable_partition(roots.begin(), roots.end(), [&named](const index::RootRow& root) {
    return root.absent_ns == 0 || std::any_of(named.begin(), named.end(), [&root](const std::string& dir) {
             return util::is_at_or_below(root.location.path, dir);
           });
  });
  Roots taken(std::make_move_iterator(away), std::make_move_iterator(roots.end()));
  roots.erase(away, roots.end());
  return taken;
}

}  // namespace

Result<HostScope> ask_hosts(const FilterWords& words, index::Index& index, index::Criteria& criteria) {
  TCM_ASSIGN(Roots roots, index.roots(index::Hosts::all));
  criteria.all_hosts = true;
  if (!words.missing_on.empty()) {
    std::vector<std::int64_t> there;
    for (const index::RootRow& root : roots)
      if (root.host == words.missing_on) there.push_back(root.id);
    if (there.empty()) return fail(nobody(roots, "--missing-on", words.missing_on));
    criteria.missing_in_root_ids = std::move(there);
  }
  if (!words.hosts.empty()) {
    Roots meant;
    for (const index::RootRow& root : roots)
      if (is_meant(root.host, words.hosts)) meant.push_back(root);
    if (meant.empty()) return fail(nobody(roots, "--host", words.hosts.front()));
    roots = std::move(meant);
  }
  Roots absent = take_absent(words, roots);
  Roots repeated = take_repeated(roots);
  if (words.hosts.empty()) {
    criteria.without_root_ids = ids_of(repeated);
    for (const index::RootRow& root : absent) criteria.without_root_ids.push_back(root.id);
  } else {
    criteria.root_ids = ids_of(roots);
  }
  return HostScope{std::move(roots), std::move(repeated), std::move(absent)};
}

Result<ScopeSums> ask_hosts_for_sums(const FilterWords& words, index::Index& index, index::Criteria& criteria) {
  if (words.hosts.empty() && words.missing_on.empty()) {
    TCM_ASSIGN(const auto all, index.root_sums());
    if (all) {
      criteria.all_hosts = true;
      return ScopeSums{all->kernels, static_cast<std::uint64_t>(all->bytes), {}};
    }
  }
  TCM_ASSIGN(const HostScope scope, ask_hosts(words, index, criteria));
  ScopeSums sums;
  for (const index::RootRow& root : scope.roots) {
    sums.kernels += root.kernels;
    sums.bytes += static_cast<std::uint64_t>(root.bytes);
  }
  sums.absent = scope.absent;
  return sums;
}

Result<std::vector<index::CacheDirRow>> cache_dirs_of(const FilterWords& words, const HostScope& scope,
                                                      index::Index& index) {
  using Place = std::pair<std::string_view, std::string_view>;
  std::set<Place> again;
  for (const index::RootRow& root : scope.repeated) again.emplace(root.host, root.location.cache_dir);
  for (const index::RootRow& root : scope.roots) again.erase(Place(root.host, root.location.cache_dir));
  TCM_ASSIGN(auto dirs, index.cache_dirs(index::Hosts::all));
  std::erase_if(dirs, [&](const index::CacheDirRow& dir) {
    return !is_meant(dir.host, words.hosts) || again.contains(Place(dir.host, dir.path));
  });
  leave_out_nested(dirs);
  return dirs;
}

}  // namespace tcm::service
