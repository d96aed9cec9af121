// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/trash.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/cache/find/cache_directory.hpp"
#include "core/service/plan/candidates.hpp"
#include "core/service/plan/expired.hpp"
#include "core/service/plan/request.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

/// Roots that may have a trash: those that the index knows, and what lies in directories that it does not know.
Result<std::vector<std::string>> roots_of(const TrashRequest& request, index::Index& index) {
  std::set<std::string> paths;
  std::vector<std::string> wanted;
  std::error_code ignored;
  for (const std::string& dir : request.cache_dirs) wanted.push_back(util::canonical_directory(dir));
  TCM_ASSIGN(const auto known, index.roots());
  for (const index::RootRow& row : known) {
    const auto inside = [&](const std::string& dir) { return util::is_at_or_below(row.location.path, dir); };
    if (wanted.empty() && row.absent_ns != 0 && !std::filesystem::is_directory(row.location.path, ignored)) continue;
    if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), inside)) paths.insert(row.location.path);
  }
  if (!paths.empty()) return std::vector<std::string>(paths.begin(), paths.end());
  for (const std::string& dir : wanted.empty() ? request.default_dirs : request.cache_dirs) {
    TCM_ASSIGN(const auto found, cache::find_roots(dir, std::nullopt));
    for (const model::RootLocation& location : found.roots) paths.insert(location.path);
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

/// The cache directories that these roots were found in, as the index knows; a root that it does not know is its own.
Result<std::vector<std::string>> cache_dirs_of(const std::set<std::string>& roots, index::Index& index) {
  TCM_ASSIGN(const auto known, index.roots());
  std::set<std::string> dirs;
  for (const std::string& root : roots) {
    const auto row = std::find_if(known.begin(), known.end(),
                                  [&](const index::RootRow& candidate) { return candidate.location.path == root; });
    dirs.insert(row == known.end() ? root : row->location.cache_dir);
  }
  return std::vector<std::string>(dirs.begin(), dirs.end());
}

tl::unexpected<Error> no_such_bin(const std::string& id) {
  return fail(ErrorCode::missing, id == "last" ? std::string("the trash is empty")
                                               : fmt::format("'{}': no bin has that ID; see `tcm trash list`", id));
}

/// Of the bins that this user may change.
std::optional<std::string> last_id(const std::vector<TrashRow>& rows) {
  const TrashRow* last = nullptr;
  for (const TrashRow& row : rows)
    if (row.bin.ours && cache::is_trash_id(row.bin.id) && (last == nullptr || row.bin.made_ns > last->bin.made_ns))
      last = &row;
  return last == nullptr ? std::nullopt : std::optional(last->bin.id);
}

void add(TrashDone& done, cache::TrashReport&& report, const std::string& root) {
  done.entries += static_cast<std::uint64_t>(report.entries);
  done.files += report.files;
  done.freed += report.freed;
  for (std::string& failure : report.failures)
    done.failures.push_back({ErrorCode::failed, failure.starts_with('/') ? failure : root + ": " + failure});
}

/// Does something with each bin and adds it all up. A root that refuses, because somebody works in it, does not keep
/// the others from it; when every root does, its error is the result.
Result<TrashDone> each_bin(const std::vector<TrashRow>& bins,
                           const std::function<Result<cache::TrashReport>(const TrashRow& bin)>& act) {
  TrashDone done;
  std::size_t refused = 0;
  for (const TrashRow& bin : bins) {
    auto report = act(bin);
    if (report) {
      add(done, std::move(*report), bin.root);
      continue;
    }
    done.failures.push_back(std::move(report).error());
    ++refused;
  }
  if (refused > 0 && refused == bins.size()) return fail(std::move(done.failures.front()));
  return done;
}

/// Brings the index in step with these roots.
Result<void> refresh(const std::set<std::string>& roots, unsigned jobs, index::Index& index, const Backends& backends,
                     std::vector<Error>& failures) {
  IndexRequest request;
  request.jobs = jobs;
  TCM_ASSIGN(request.cache_dirs, cache_dirs_of(roots, index));
  IndexProgress progress;
  TCM_ASSIGN(const IndexReport report, index_caches(request, index, backends, progress));
  failures.insert(failures.end(), report.failures.begin(), report.failures.end());
  return {};
}

}  // namespace

TrashRequest trash_request(const std::vector<std::string>& cache_dirs, const config::Settings& settings) {
  return {cache_dirs.empty() ? chosen_cache_dirs(settings) : cache_dirs, settings.cache_dirs.value};
}

Result<TrashListing> list_trash(const TrashRequest& request, index::Index& index) {
  TrashListing listing;
  TCM_ASSIGN(const auto paths, roots_of(request, index));
  const RootSet roots = RootSet::open(paths, listing.failures);
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    auto bins = cache::list_trash(roots.root(i));
    if (!bins) {
      listing.failures.push_back(std::move(bins).error());
      continue;
    }
    for (cache::TrashBin& bin : *bins) listing.rows.push_back({roots.root(i).path(), std::move(bin)});
  }
  std::stable_sort(listing.rows.begin(), listing.rows.end(),
                   [](const TrashRow& a, const TrashRow& b) { return cache::is_older(a.bin, b.bin); });
  return listing;
}

Result<std::vector<std::string>> whole_ids(const TrashListing& listing, const std::vector<std::string>& words) {
  std::vector<std::string> ids;
  for (const std::string& word : words) {
    const std::string id = word == "last" ? last_id(listing.rows).value_or(word) : word;
    const auto is_it = [&](const TrashRow& row) { return row.bin.id == id; };
    if (std::none_of(listing.rows.begin(), listing.rows.end(), is_it)) return no_such_bin(word);
    ids.push_back(id);
  }
  return ids;
}

std::vector<TrashRow> chosen_bins(const std::vector<TrashRow>& rows, const std::vector<std::string>& ids) {
  std::vector<TrashRow> all;
  for (const TrashRow& row : rows) {
    const auto is_ours_too = [&row](const TrashRow& other) { return other.bin.ours && other.bin.id == row.bin.id; };
    const bool named = std::find(ids.begin(), ids.end(), row.bin.id) != ids.end();
    if (ids.empty() ? row.bin.ours : named && (row.bin.ours || std::none_of(rows.begin(), rows.end(), is_ours_too)))
      all.push_back(row);
  }
  return all;
}

Result<TrashDone> restore_trash(const TrashRequest& request, const std::string& id, unsigned jobs, index::Index& index,
                                const Backends& backends) {
  TCM_ASSIGN(const TrashListing listing, list_trash(request, index));
  TCM_ASSIGN(const std::vector<std::string> ids, whole_ids(listing, {id}));
  const std::vector<TrashRow> bins = chosen_bins(listing.rows, ids);
  std::set<std::string> changed;
  const auto restore = [&changed](const TrashRow& bin) {
    auto report = cache::restore_trash(bin.root, bin.bin.id);
    if (report) changed.insert(bin.root);
    return report;
  };
  TCM_ASSIGN(TrashDone done, each_bin(bins, restore));
  done.id = ids.front();
  done.failures.insert(done.failures.begin(), listing.failures.begin(), listing.failures.end());
  // The entries are back, whatever becomes of the index: the next run of it finds them.
  if (auto indexed = refresh(changed, jobs, index, backends, done.failures); !indexed)
    done.failures.push_back(std::move(indexed).error());
  return done;
}

Result<TrashDone> empty_trash(const TrashListing& listing, const std::vector<std::string>& words) {
  TCM_ASSIGN(const std::vector<std::string> ids, whole_ids(listing, words));
  TCM_ASSIGN(TrashDone done, each_bin(chosen_bins(listing.rows, ids),
                                      [](const TrashRow& bin) { return cache::empty_trash(bin.root, bin.bin); }));
  done.failures.insert(done.failures.begin(), listing.failures.begin(), listing.failures.end());
  return done;
}

}  // namespace tcm::service
