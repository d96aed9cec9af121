// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/index_service.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/cache/find/cache_directory.hpp"
#include "core/service/scan/root_indexer.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

namespace fs = std::filesystem;

Result<std::int64_t> kernels_in(index::Index& index) {
  TCM_ASSIGN(const auto roots, index.roots());
  std::int64_t kernels = 0;
  for (const index::RootRow& row : roots) kernels += row.kernels;
  return kernels;
}

/// Forgets the roots below `cache_dir` that are neither in `found` nor on the disk any more, and reports each. A root
/// that another layout would find stays: only the disk decides.
Result<void> forget_vanished(const std::string& cache_dir, const std::vector<model::RootLocation>& found,
                             index::Index& index, IndexReport& report) {
  TCM_ASSIGN(const auto roots, index.roots());
  std::vector<std::string> present;
  for (const model::RootLocation& location : found) present.push_back(location.path);
  std::vector<RootReport> vanished;
  for (const index::RootRow& row : roots) {
    if (!util::is_at_or_below(row.location.path, cache_dir)) continue;
    std::error_code error;
    if (fs::symlink_status(row.location.path, error).type() != fs::file_type::not_found) {
      present.push_back(row.location.path);
      continue;
    }
    RootReport root;
    root.path = row.location.path;
    root.cache_dir = row.location.cache_dir;
    root.layout = row.location.layout;
    root.gone = row.entries;
    vanished.push_back(std::move(root));
  }
  if (vanished.empty()) return {};
  TCM_TRY(index.forget_roots(cache_dir, present));
  for (RootReport& root : vanished) report.roots.push_back(std::move(root));
  return {};
}

/// Failures of the index itself end the run; those of one root do not.
bool ends_run(const Error& error) {
  return error.code == ErrorCode::interrupted || error.code == ErrorCode::busy || error.code == ErrorCode::corrupt ||
         error.code == ErrorCode::too_new;
}

Result<void> index_cache_dir(const std::string& path, const IndexRequest& request, index::Index& index,
                             const Backends& backends, IndexProgress& progress, std::set<std::string>& done,
                             IndexReport& report) {
  TCM_ASSIGN(const auto known, index.roots());
  const auto was_root = [&known](const std::string& candidate) {
    return std::any_of(known.begin(), known.end(),
                       [&](const index::RootRow& row) { return row.location.path == candidate && row.entries > 0; });
  };
  auto directory = cache::find_roots(path, request.layout, was_root);
  if (!directory) {
    // Triton removes an empty root, so a cache that the index knows may be gone for good: that is a result, no failure.
    const std::size_t before = report.roots.size();
    if (directory.error().code == ErrorCode::missing)
      TCM_TRY(forget_vanished(util::canonical_directory(path), {}, index, report));
    if (report.roots.size() == before) report.failures.push_back(directory.error());
    return {};
  }
  for (const cache::SearchProblem& problem : directory->problems)
    report.failures.push_back({ErrorCode::denied, problem.path + ": " + problem.message});
  for (const model::RootLocation& location : directory->roots) {
    if (!done.insert(location.path).second) continue;
    auto root = index_root(location, request, index, backends, progress);
    if (root) {
      report.roots.push_back(std::move(*root));
    } else if (ends_run(root.error())) {
      return fail(root.error());
    } else {
      report.failures.push_back(root.error());
    }
  }
  TCM_TRY(index.put_cache_dir({directory->path, directory->layout, directory->beside}));
  return forget_vanished(directory->path, directory->roots, index, report);
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

}  // namespace tcm::service
