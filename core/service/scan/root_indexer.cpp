// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/root_indexer.hpp"

#include <algorithm>

#include "core/cache/read/presence.hpp"
#include "core/cache/read/root.hpp"
#include "core/service/scan/host.hpp"
#include "core/service/scan/known_table.hpp"
#include "core/service/scan/prober.hpp"
#include "core/service/scan/read_pipeline.hpp"
#include "core/service/scan/spellings.hpp"
#include "core/util/hash.hpp"

namespace tcm::service {
namespace {

/// What the walk itself found out: all but the entries.
struct WalkNotes {
  model::OtherFiles other_files;
  RootReport* report = nullptr;

  void skip(std::string_view name, model::SkipReason reason, std::string detail = {}) {
    ++report->skip_reasons[reason];
    if (report->skipped.size() < kMaxSkippedListed)
      report->skipped.push_back({std::string(name), reason, std::move(detail)});
  }
};

bool same_stamp(const model::EntryStamp& known, const cache::RootItem& item) {
  return known.same_state({item.inode, item.mtime_ns, item.ctime_ns});
}

/// A root too large for one table is walked several times, each time for the entries of one shard.
struct Shard {
  std::uint64_t count = 1;
  std::uint64_t number = 0;

  bool has(std::uint64_t hash) const { return hash % count == number; }
};

/// What indexing one root needs. Borrowed throughout.
struct RootRun {
  const cache::Root& root;
  const std::vector<std::string>& spelled;
  std::int64_t root_id;
  const IndexRequest& request;
  index::Index& index;
  index::RootWriter& writer;
  const Backends& backends;
  IndexProgress& progress;
  WalkNotes& notes;
};

/// One pass over the root.
class Walk {
 public:
  Walk(const RootRun& run, Shard shard, KnownTable& known, ReadPipeline& pipeline)
      : run_(run), shard_(shard), known_(known), pipeline_(pipeline) {}

  Result<void> run() {
    return run_.root.scan([this](const cache::RootItem& item) { return take(item); },
                          [this](std::string_view name, std::string reason) { cannot_stat(name, std::move(reason)); });
  }

  std::int64_t unchanged() const { return unchanged_; }

 private:
  bool take(const cache::RootItem& item) {
    if (run_.progress.stop.load(std::memory_order_relaxed)) return false;
    if (item.type == cache::RootItem::Type::directory) return take_entry(item);
    if (shard_.number != 0) return true;
    if (item.type == cache::RootItem::Type::file) {
      ++run_.notes.other_files.files;
      run_.notes.other_files.bytes += item.bytes;
    } else if (item.type == cache::RootItem::Type::link) {
      run_.notes.skip(item.name, model::SkipReason::symlink);
    } else {
      run_.notes.skip(item.name, model::SkipReason::not_an_entry);
    }
    return true;
  }

  bool take_entry(const cache::RootItem& item) {
    const std::uint64_t hash = util::hash64(item.name);
    if (!shard_.has(hash)) return true;
    run_.progress.seen.fetch_add(1, std::memory_order_relaxed);
    KnownTable::Item* known = known_.find(hash, item.inode);
    const bool same = known != nullptr && same_stamp(known->entry.stamp, item);
    if (known != nullptr) known->seen = true;
    if (same && known->entry.stamp.settled && !run_.request.full_rescan) {
      ++unchanged_;
      return true;
    }
    ReadTask task{std::string(item.name), std::nullopt, same};
    if (known != nullptr) task.known = known->entry;
    return pipeline_.submit(std::move(task));
  }

  /// An entry that is there but cannot be looked at keeps its records: it is not gone.
  void cannot_stat(std::string_view name, std::string reason) {
    const std::uint64_t hash = util::hash64(name);
    if (!shard_.has(hash)) return;
    if (KnownTable::Item* known = known_.find(hash, 0); known != nullptr) known->seen = true;
    run_.notes.skip(name, model::SkipReason::unreadable, std::move(reason));
  }

  const RootRun& run_;
  const Shard shard_;
  KnownTable& known_;
  ReadPipeline& pipeline_;
  std::int64_t unchanged_ = 0;
};

/// A listing of a directory that changes may leave a name out (NFS, overlays): who is not listed is looked for once
/// more, by name, before the index forgets what it knows of him.
Result<void> remove_unseen(const RootRun& run, const KnownTable& known) {
  std::vector<std::int64_t> unseen;
  known.for_each_unseen([&](const index::KnownEntry& entry) { unseen.push_back(entry.id); });
  if (unseen.empty()) return {};
  std::vector<std::int64_t> gone;
  TCM_TRY(run.index.keys_of(unseen, [&](std::int64_t id, const std::string& key) {
    if (!cache::has_entry(run.root, key)) gone.push_back(id);
  }));
  for (const std::int64_t id : gone) TCM_TRY(run.writer.remove(id));
  run.notes.report->gone += static_cast<std::int64_t>(gone.size());
  return {};
}

Result<void> index_shard(const RootRun& run, Shard shard) {
  KnownTable known;
  TCM_TRY(run.index.known_entries(run.root_id, shard.count, shard.number,
                                  [&](const index::KnownEntry& entry) { known.add(entry); }));
  known.seal();

  ReadPipeline pipeline(run.root, run.spelled, run.backends, run.request, run.writer, run.progress);
  Walk walk(run, shard, known, pipeline);
  const Result<void> walked = walk.run();
  TCM_ASSIGN(const ReadCounts counts, pipeline.finish());
  TCM_TRY(walked);
  if (run.progress.stop.load(std::memory_order_relaxed))
    return fail(ErrorCode::interrupted, run.root.path() + ": interrupted; run `tcm index` again to finish");

  RootReport& report = *run.notes.report;
  report.added += counts.added;
  report.changed += counts.changed;
  report.gone += counts.gone;
  report.unchanged += counts.unchanged + walk.unchanged();
  report.digests += counts.digests;
  for (const std::string& key : counts.vanished_keys) run.notes.skip(key, model::SkipReason::vanished);
  const auto unlisted = counts.vanished - static_cast<std::int64_t>(counts.vanished_keys.size());
  if (unlisted > 0) report.skip_reasons[model::SkipReason::vanished] += unlisted;

  return remove_unseen(run, known);
}

Result<std::int64_t> elsewhere_in(index::Index& index, const std::string& root) {
  index::Criteria criteria;
  criteria.root_paths = {root};
  criteria.elsewhere = true;
  return index.count(criteria);
}

/// The sums of a root, and the problems that its records carry, also of entries that this run did not have to read.
Result<void> complete_report(index::Index& index, std::int64_t root_id, RootReport& report) {
  TCM_ASSIGN(const auto roots, index.roots());
  for (const index::RootRow& row : roots)
    if (row.id == root_id) {
      report.kernels = row.kernels;
      report.entries = row.entries;
      report.files = row.files;
      report.bytes = row.bytes;
    }
  TCM_ASSIGN(report.elsewhere, elsewhere_in(index, report.path));
  TCM_ASSIGN(const auto problems, index.problems(root_id));
  if (problems.empty()) return {};
  for (const index::ProblemCount& problem : problems)
    (problem.broken ? report.broken_reasons : report.skip_reasons)[problem.reason] += problem.entries;

  index::Criteria criteria;
  criteria.root_paths = {report.path};
  criteria.with_problem = true;
  std::vector<std::pair<std::int64_t, Skipped>> listed;
  const auto limit = static_cast<std::int64_t>(kMaxSkippedListed - std::min(kMaxSkippedListed, report.skipped.size()));
  TCM_TRY(index.list(criteria, {index::column_field("key"), true}, limit, [&](const index::Row& row) {
    listed.push_back({row.id, {row.key, row.problem, {}, row.kind == model::EntryKind::broken}});
  }));
  for (auto& [id, skipped] : listed) {
    TCM_ASSIGN(index::Detail detail, index.detail(id));
    skipped.detail = std::move(detail.problem_detail);
    report.skipped.push_back(std::move(skipped));
  }
  std::sort(report.skipped.begin(), report.skipped.end(),
            [](const Skipped& a, const Skipped& b) { return a.name < b.name; });
  return {};
}

}  // namespace

Result<RootReport> index_root(const model::RootLocation& location, const IndexRequest& request, index::Index& index,
                              const Backends& backends, IndexProgress& progress) {
  TCM_ASSIGN(const cache::Root root, cache::Root::open(location.path));
  TCM_ASSIGN(const index::RootRow row, index.ensure_root(location, place_of(location.path)));
  RootReport report;
  report.path = location.path;
  report.cache_dir = location.cache_dir;
  report.layout = location.layout;
  WalkNotes notes{{}, &report};

  // A backend that came, went or changed makes the next scan read again what it concerns, and only that.
  const auto served = served_targets(backends);
  const std::string plugins = plugins_signature(served);
  if (row.plugins != plugins && row.entries > 0) TCM_TRY(index.mark_stale(row.id, served));

  if (request.digests && row.entries > 0) TCM_TRY(index.mark_undigested(row.id));

  const std::uint64_t shards = static_cast<std::uint64_t>(row.entries) / kMaxKnownEntries + 1;
  TCM_ASSIGN(const auto writer, index.write_root(row.id));
  const std::vector<std::string> names = spelled(location.path, spellings_of(request.cache_dirs));
  const RootRun run{root, names, row.id, request, index, *writer, backends, progress, notes};
  for (std::uint64_t shard = 0; shard < shards; ++shard) TCM_TRY(index_shard(run, {shards, shard}));
  TCM_TRY(writer->finish(notes.other_files));
  if (row.plugins != plugins) TCM_TRY(index.set_plugins(row.id, plugins));
  TCM_TRY(complete_report(index, row.id, report));
  return report;
}

}  // namespace tcm::service
