// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/import.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "core/service/hits/job.hpp"
#include "core/service/hits/log_dir.hpp"
#include "core/service/scan/spellings.hpp"

namespace tcm::service {
namespace {

// A job with more is written in parts.
constexpr std::size_t kMostEntries = 200'000;

/// Which root of the index a path in a log means.
class KnownRoots {
 public:
  KnownRoots(const PathMap& map, const std::vector<index::RootRow>& roots) : map_(map) {
    std::vector<std::string> dirs;
    for (const index::RootRow& root : roots) dirs.push_back(root.location.cache_dir);
    const std::vector<Spelling> spellings = spellings_of(dirs);
    for (const index::RootRow& root : roots)
      for (const std::string& name : spelled(root.location.path, spellings)) rows_.try_emplace(name, &root);
  }
  /// Null for a root that the index does not know.
  const index::RootRow* find(const std::string& logged) {
    const auto [known, fresh] = answers_.try_emplace(logged, nullptr);
    if (!fresh) return known->second;
    // As text: what a log names is not looked at.
    const auto row = rows_.find(std::filesystem::path(map_.map(logged)).lexically_normal().string());
    if (row != rows_.end()) known->second = row->second;
    return known->second;
  }

 private:
  const PathMap& map_;
  std::map<std::string, const index::RootRow*> rows_;
  std::map<std::string, const index::RootRow*> answers_;
};

/// What is new in the logs of one job.
struct JobLogs {
  std::vector<std::string> names;
  std::vector<std::int64_t> from;
};

class HitImport {
 public:
  HitImport(const HitImportRequest& request, index::Index& index, const std::vector<index::RootRow>& roots,
            HitImportReport& report)
      : request_(request), index_(index), roots_(request.map, roots), report_(report) {}

  /// The cache directories of the roots that a directory's logs name; looks at new lines only and counts nothing.
  Result<void> look(const LogDirectory& logs, std::set<std::string>& cache_dirs, const std::atomic<bool>& stop) {
    TCM_ASSIGN(const auto names, logs.names());
    TCM_ASSIGN(const auto from, index_.logs_read_to(names));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (stop) return fail(ErrorCode::interrupted, "interrupted; nothing was imported");
      const auto part = logs.read(names[i], static_cast<std::uint64_t>(from[i]), [&](LookupLine&& line) {
        if (const index::RootRow* root = roots_.find(line.root); root != nullptr && root->absent_ns == 0)
          cache_dirs.insert(root->location.cache_dir);
      });
      if (!part) report_.failures.push_back(part.error());
    }
    return {};
  }

  Result<void> fold(const LogDirectory& logs, const std::atomic<bool>& stop) {
    TCM_ASSIGN(const auto names, logs.names());
    report_.logs += static_cast<std::int64_t>(names.size());
    for (std::size_t i = 0; i < names.size();) {
      if (stop) return fail(ErrorCode::interrupted, "interrupted; what was imported is in the index");
      JobLogs job;
      for (const std::string_view of = job_of(names[i]); i < names.size() && job_of(names[i]) == of; ++i)
        job.names.push_back(names[i]);
      TCM_ASSIGN(job.from, index_.logs_read_to(job.names));
      TCM_TRY(fold_job(logs, job));
    }
    return {};
  }

 private:
  struct Pending {
    JobUse use;
    std::vector<index::LogRead> logs;
    std::set<std::string> unknown;
    std::uint64_t unreadable = 0;
    bool empty() const { return logs.empty(); }
  };

  Result<void> fold_job(const LogDirectory& logs, const JobLogs& job) {
    Pending pending;
    for (std::size_t i = 0; i < job.names.size(); ++i) {
      TCM_TRY(read(logs, job.names[i], job.from[i], pending));
      if (pending.use.entries().size() < kMostEntries) continue;
      TCM_TRY(write(pending));
      pending = Pending();
    }
    return pending.empty() ? Result<void>() : write(pending);
  }

  Result<void> read(const LogDirectory& logs, const std::string& name, std::int64_t from, Pending& pending) {
    auto part = logs.read(name, static_cast<std::uint64_t>(from), [&](LookupLine&& line) {
      // A cache manager that names no place keeps its entries in none.
      if (line.root.empty()) return;
      if (roots_.find(line.root) == nullptr)
        pending.unknown.insert(line.root);
      else
        pending.use.add(std::move(line));
    });
    // look() has told of a log that cannot be read.
    if (!part || part->read_to == static_cast<std::uint64_t>(from)) return {};
    pending.unreadable += part->unreadable;
    pending.logs.push_back({name, from, static_cast<std::int64_t>(part->read_to)});
    return {};
  }

  Result<void> write(const Pending& pending) {
    const auto count = static_cast<std::int64_t>(pending.logs.size());
    for (const std::string& root : pending.unknown) report_.unknown_roots[root] += count;
    if (!pending.unknown.empty() && !request_.skip_unknown) {
      report_.waiting += count;
      return {};
    }
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    const std::vector<index::RootUses> uses = uses_of(pending.use, hits, misses);
    std::int64_t wanted = 0;
    for (const index::RootUses& root : uses) wanted += static_cast<std::int64_t>(root.entries.size());
    TCM_ASSIGN(const auto found, index_.add_uses(uses, pending.logs, request_.now_ns));
    if (!found) return {};  // another import was faster: what it counted is not ours
    report_.read += count;
    report_.unreadable += pending.unreadable;
    report_.entries += *found;
    report_.gone += wanted - *found;
    report_.hits += hits;
    report_.misses += misses;
    return {};
  }

  std::vector<index::RootUses> uses_of(const JobUse& job, std::int64_t& hits, std::int64_t& misses) {
    std::map<std::int64_t, std::map<std::string, index::EntryUses>> by_root;
    for (const auto& [place, entry] : job.entries()) {
      const std::int64_t found = entry.hits();
      // Two paths in the logs may be one root.
      index::EntryUses& uses = by_root[roots_.find(place.first)->id][place.second];
      uses.key = place.second;
      uses.hits += found;
      uses.misses += entry.misses();
      hits += found;
      misses += entry.misses();
      // A clock that is ahead must not keep an entry for ever.
      if (found > 0)
        uses.last_hit_ns = std::max(uses.last_hit_ns.value_or(0), std::min(entry.last_ns, request_.now_ns));
    }
    std::vector<index::RootUses> result;
    for (auto& [root, entries] : by_root) {
      result.push_back({root, {}});
      for (auto& [key, uses] : entries) result.back().entries.push_back(std::move(uses));
    }
    return result;
  }

  const HitImportRequest& request_;
  index::Index& index_;
  KnownRoots roots_;
  HitImportReport& report_;
};

Result<std::vector<LogDirectory>> open_all(const std::vector<std::string>& directories) {
  std::vector<LogDirectory> opened;
  for (const std::string& directory : directories) {
    TCM_ASSIGN(LogDirectory logs, LogDirectory::open(directory));
    opened.push_back(std::move(logs));
  }
  return opened;
}

Result<void> bring_in_step(const std::set<std::string>& cache_dirs, const HitImportRequest& request,
                           index::Index& index, const Backends& backends, IndexProgress& progress,
                           HitImportReport& report) {
  if (cache_dirs.empty()) return {};
  IndexRequest how;
  how.cache_dirs.assign(cache_dirs.begin(), cache_dirs.end());
  how.jobs = request.jobs;
  TCM_ASSIGN(auto indexed, index_caches(how, index, backends, progress));
  report.failures.insert(report.failures.end(), indexed.failures.begin(), indexed.failures.end());
  return {};
}

}  // namespace

Result<HitImportReport> import_hits(const HitImportRequest& request, index::Index& index, const Backends& backends,
                                    IndexProgress& progress) {
  HitImportReport report;
  TCM_ASSIGN(const auto directories, open_all(request.directories));
  TCM_ASSIGN(const auto roots, index.roots());
  HitImport import(request, index, roots, report);
  std::set<std::string> cache_dirs;
  for (const LogDirectory& logs : directories) TCM_TRY(import.look(logs, cache_dirs, progress.stop));
  TCM_TRY(bring_in_step(cache_dirs, request, index, backends, progress, report));
  for (const LogDirectory& logs : directories) TCM_TRY(import.fold(logs, progress.stop));
  return report;
}

}  // namespace tcm::service
