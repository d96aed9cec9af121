// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/legacy.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

namespace fs = std::filesystem;

// One statement each; bounds the memory.
constexpr std::size_t kRowsAtOnce = 1'000;

/// One directory under all the names that the earlier tool had for it.
struct Source {
  std::vector<std::string> names;
  std::set<std::string> cache_dirs;  // canonical
};

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// The tools wrote absolute paths; what is relative, or climbs, would be looked for wherever this runs.
bool is_plain(const std::string& path) {
  const auto parts = util::split(path, '/');
  return path.starts_with('/') && std::find(parts.begin(), parts.end(), "..") == parts.end();
}

std::map<std::string, Source> sources_of(const std::vector<index::LegacyDirectory>& directories,
                                         std::vector<Error>& failures) {
  std::map<std::string, Source> sources;
  for (const index::LegacyDirectory& one : directories) {
    if (!is_plain(one.path) || !is_plain(one.cache_dir)) {
      const std::string& wrong = is_plain(one.path) ? one.cache_dir : one.path;
      failures.push_back(
          {ErrorCode::failed,
           util::escape_control(wrong) + ": not imported: the file does not name it by an absolute path without '..'"});
      continue;
    }
    Source& source = sources[util::canonical_directory(one.path)];
    source.names.push_back(one.path);
    source.cache_dirs.insert(util::canonical_directory(one.cache_dir));
  }
  return sources;
}

/// What to index so that the entries of these directories are known. A directory that the index has already is indexed
/// as what it is there.
Result<std::set<std::string>> cache_dirs_of(const std::map<std::string, Source>& sources, index::Index& index) {
  TCM_ASSIGN(const auto roots, index.roots());
  std::set<std::string> dirs;
  for (const auto& [path, source] : sources) {
    bool known = false;
    for (const index::RootRow& root : roots)
      if (util::is_at_or_below(root.location.path, path)) {
        dirs.insert(root.location.cache_dir);
        known = true;
      }
    if (!known && is_directory(path)) dirs.insert(source.cache_dirs.begin(), source.cache_dirs.end());
  }
  return dirs;
}

Result<void> bring_in_step(const std::set<std::string>& dirs, IndexRequest request, index::Index& index,
                           const Backends& backends, IndexProgress& progress, ImportReport& report) {
  if (dirs.empty()) return {};
  request.cache_dirs.assign(dirs.begin(), dirs.end());
  TCM_ASSIGN(auto indexed, index_caches(request, index, backends, progress));
  report.failures = std::move(indexed.failures);
  return {};
}

/// Hands the history of one directory on, a batch at a time.
class Merger {
 public:
  Merger(index::Index& index, std::vector<std::int64_t> roots, ImportedDirectory& report)
      : index_(index), roots_(std::move(roots)), report_(report) {}

  Result<void> add(index::EntryHistory entry) {
    ++report_.kernels;
    report_.hits += entry.hits.value_or(0);
    batch_.push_back(std::move(entry));
    return batch_.size() < kRowsAtOnce ? Result<void>() : flush();
  }
  Result<void> flush() {
    TCM_ASSIGN(const std::int64_t found, index_.merge_history(roots_, batch_));
    report_.imported += found;
    batch_.clear();
    return {};
  }

 private:
  index::Index& index_;
  std::vector<std::int64_t> roots_;
  ImportedDirectory& report_;
  std::vector<index::EntryHistory> batch_;
};

Result<ImportedDirectory> merge(const std::string& path, const Source& source, index::LegacyIndex& legacy,
                                const std::vector<index::RootRow>& roots, index::Index& index) {
  ImportedDirectory report;
  report.path = path;
  report.exists = is_directory(path);
  std::vector<std::int64_t> inside;
  for (const index::RootRow& root : roots)
    if (util::is_at_or_below(root.location.path, path)) inside.push_back(root.id);
  Merger merger(index, std::move(inside), report);
  TCM_TRY(legacy.history(source.names, [&merger](index::EntryHistory entry) { return merger.add(std::move(entry)); }));
  TCM_TRY(merger.flush());
  return report;
}

}  // namespace

std::int64_t ImportReport::kernels() const {
  std::int64_t sum = 0;
  for (const ImportedDirectory& directory : directories) sum += directory.kernels;
  return sum;
}

std::int64_t ImportReport::imported() const {
  std::int64_t sum = 0;
  for (const ImportedDirectory& directory : directories) sum += directory.imported;
  return sum;
}

Result<ImportReport> import_legacy(index::LegacyIndex& legacy, const IndexRequest& how, index::Index& index,
                                   const Backends& backends, IndexProgress& progress) {
  TCM_ASSIGN(const auto directories, legacy.directories());
  ImportReport report;
  std::vector<Error> failures;
  const std::map<std::string, Source> sources = sources_of(directories, failures);
  TCM_ASSIGN(report.unusable, legacy.unusable());
  TCM_ASSIGN(const auto cache_dirs, cache_dirs_of(sources, index));
  TCM_TRY(bring_in_step(cache_dirs, how, index, backends, progress, report));
  TCM_ASSIGN(const auto roots, index.roots());
  for (const auto& [path, source] : sources) {
    TCM_ASSIGN(ImportedDirectory done, merge(path, source, legacy, roots, index));
    report.directories.push_back(std::move(done));
  }
  report.failures.insert(report.failures.end(), failures.begin(), failures.end());
  return report;
}

}  // namespace tcm::service
