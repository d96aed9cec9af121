// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/index_service.hpp"

#include <algorithm>
#include <set>

#include "core/cache/find/cache_directory.hpp"
#include "core/service/scan/absent_roots.hpp"
#include "core/service/scan/root_indexer.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

Result<std::int64_t> kernels_in(index::Index& index) {
  TCM_ASSIGN(const auto roots, index.roots());
  std::int64_t kernels = 0;
  for (const index::RootRow& row : roots)
    if (row.absent_ns == 0) kernels += row.kernels;
  return kernels;
}

/// Failures of the index itself end the run; those of one root do not.
bool ends_run(const Error& error) {
  return error.code == ErrorCode::interrupted || error.code == ErrorCode::busy || error.code == ErrorCode::corrupt ||
         error.code == ErrorCode::too_new;
}

Result<void> index_cache_dir(const std::string& path, const IndexRequest& request, index::Index& index,
                             const Backends& backends, IndexProgress& progress, std::set<std::string>& done,
                             IndexReport& report) {
  TCM_TRY(follow_links(path, index));
  TCM_ASSIGN(const auto known, index.roots());
  const auto was_root = [&known](const std::string& candidate) {
    return std::any_of(known.begin(), known.end(),
                       [&](const index::RootRow& row) { return row.location.path == candidate && row.entries > 0; });
  };
  auto directory = cache::find_roots(path, request.layout, was_root);
  if (!directory) {
    const std::size_t before = report.roots.size();
    if (directory.error().code == ErrorCode::missing) {
      const std::string canonical = util::canonical_directory(path);
      TCM_TRY(index.forget_cache_dir(canonical));
      TCM_TRY(sort_out_missing(canonical, nullptr, request, index, report));
    }
    if (report.roots.size() == before) report.failures.push_back(directory.error());
    return {};
  }
  for (const cache::SearchProblem& problem : directory->problems)
    report.failures.push_back({ErrorCode::denied, problem.path + ": " + problem.message});
  for (const model::RootLocation& location : directory->roots) {
    if (!done.insert(location.path).second) continue;
    TCM_TRY(follow_move(location, index));
    const auto row = std::find_if(known.begin(), known.end(), [&location](const index::RootRow& candidate) {
      return candidate.location.path == location.path;
    });
    if (row != known.end() && is_stand_in(*row, location)) {
      TCM_TRY(keep_absent(*row, index, report));
      continue;
    }
    auto root = index_root(location, request, index, backends, progress);
    if (root) {
      report.roots.push_back(std::move(*root));
    } else if (ends_run(root.error())) {
      return fail(root.error());
    } else {
      report.failures.push_back(root.error());
    }
  }
  TCM_TRY(index.put_cache_dir({directory->path, directory->layout, directory->other_files}));
  return sort_out_missing(directory->path, &*directory, request, index, report);
}

using Reasons = std::map<model::SkipReason, std::int64_t>;

std::int64_t sum_of(const Reasons& reasons) {
  std::int64_t count = 0;
  for (const auto& [reason, number] : reasons) count += number;
  return count;
}

bool has_failure(const Reasons& reasons) {
  return std::any_of(model::kSkipReasons.begin(), model::kSkipReasons.end(),
                     [&reasons](const model::SkipWord& word) { return word.failure && reasons.contains(word.value); });
}

}  // namespace

std::int64_t RootReport::broken_count() const { return sum_of(broken_reasons); }
std::int64_t RootReport::skipped_count() const { return sum_of(skip_reasons); }

bool IndexReport::partial() const {
  if (!failures.empty()) return true;
  return std::any_of(roots.begin(), roots.end(), [](const RootReport& root) {
    return has_failure(root.broken_reasons) || has_failure(root.skip_reasons);
  });
}

Result<IndexReport> index_caches(const IndexRequest& request, index::Index& index, const Backends& backends,
                                 IndexProgress& progress) {
  IndexReport report;
  TCM_ASSIGN(report.before, kernels_in(index));
  std::set<std::string> done;
  for (const std::string& path : request.cache_dirs)
    TCM_TRY(index_cache_dir(path, request, index, backends, progress, done, report));
  if (report.roots.empty() && !report.failures.empty()) return fail(report.failures.front());
  TCM_ASSIGN(report.now, kernels_in(index));
  return report;
}

Result<Forgotten> forget_caches(const std::vector<std::string>& dirs, index::Index& index) {
  Forgotten forgotten;
  for (const std::string& dir : dirs) {
    const std::string path = util::canonical_directory(dir);
    TCM_ASSIGN(const auto known, index.roots());
    const auto roots = std::count_if(known.begin(), known.end(), [&path](const index::RootRow& row) {
      return util::is_at_or_below(row.location.path, path);
    });
    if (roots == 0)
      return fail(ErrorCode::missing, path + ": the index knows no cache there; `tcm stats --by root` lists them");
    TCM_ASSIGN(const std::int64_t entries, index.forget_roots(path, {}));
    TCM_ASSIGN(const auto cache_dirs, index.cache_dirs());
    for (const index::CacheDirRow& row : cache_dirs)
      if (util::is_at_or_below(row.path, path)) TCM_TRY(index.forget_cache_dir(row.path));
    forgotten.roots += roots;
    forgotten.entries += entries;
  }
  return forgotten;
}

}  // namespace tcm::service
