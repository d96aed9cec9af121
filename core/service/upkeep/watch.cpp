// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/watch.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/cache/read/file_system.hpp"
#include "core/disk/change_watch.hpp"
#include "core/util/system/path.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// What is younger and not whole is most likely being written.
constexpr std::int64_t kBeingWritten = 10 * util::kMinute;
// Between two runs of gc of which the first could not meet a budget: what it had to keep was young, or in use.
constexpr std::int64_t kHopeless = 5 * util::kMinute;
// A file, and a directory, takes up to a block more than its size says.
constexpr std::uint64_t kBlock = 4096;

struct Used {
  std::uint64_t bytes = 0;  ///< on the disk, at most
  std::uint64_t files = 0;
};

class Watcher {
 public:
  Watcher(const WatchRequest& request, const WatchHost& host, const Backends& backends, PruneProgress& progress,
          disk::ChangeWatch watch)
      : request_(request),
        host_(host),
        backends_(backends),
        progress_(progress),
        stop_(progress.index.stop),
        watch_(std::move(watch)) {}

  Result<void> run() {
    for (const std::string& dir : dirs_of({})) watch_directory(dir);
    look();
    if (!stop_) host_.ready();
    while (!stop_) {
      TCM_ASSIGN(const disk::ChangeHint hint, watch_.wait(next_look(), stop_));
      if (stop_) break;
      if (hint.overflowed) ++figures_.overflows;
      if (hint.changed) TCM_TRY(settle());
      if (!stop_ && (hint.changed || next_look())) look();
    }
    return {};
  }

 private:
  /// When to look although nothing is heard: while entries are being written, less and less often; while something is
  /// not watched, or a look failed, at the longest wait.
  std::optional<milliseconds> next_look() const {
    if (failed_ || unwatched_) return request_.settle_at_most;
    return again_;
  }

  Result<void> settle() {
    constexpr int kSteps = 10;
    const milliseconds step = std::max(request_.settle / kSteps, milliseconds(1));
    milliseconds quiet{0};
    for (milliseconds waited{0}; quiet < request_.settle && waited < request_.settle_at_most && !stop_;
         waited += step) {
      watch_.pause(step, stop_);
      TCM_ASSIGN(const disk::ChangeHint hint, watch_.wait(milliseconds(0), stop_));
      if (hint.overflowed) ++figures_.overflows;
      quiet = hint.changed ? milliseconds(0) : quiet + step;
    }
    again_.reset();
    return {};
  }

  /// Brings the index in step, watches what is new, and sees to the budgets.
  void look() {
    failed_ = false;
    if (auto looked = try_to_look(); !looked && !stop_) {
      failed_ = true;
      host_.failed(looked.error());
    }
  }

  Result<void> try_to_look() {
    TCM_ASSIGN(index::Index index, host_.open_index());
    // A directory that is watched only now may have changed since it was read.
    constexpr int kRounds = 4;
    bool news = false;
    for (int round = 0; round < kRounds; ++round) {
      TCM_ASSIGN(const bool changed, scan(index));
      news |= changed;
      TCM_ASSIGN(const bool more, watch_roots(index));
      if (!more) break;
    }
    TCM_ASSIGN(const bool unfinished, has_unfinished(index));
    if (!news && !unfinished)
      again_.reset();
    else
      again_ = again_ ? std::min(*again_ * 2, request_.settle_at_most) : request_.settle;
    TCM_TRY(see_to_budgets(index));
    TCM_ASSIGN(auto roots, index.roots());
    figures_.directories = watch_.count();
    host_.measured({std::move(roots), gc_, figures_});
    return {};
  }

  /// Whether anything was new.
  Result<bool> scan(index::Index& index) {
    ++figures_.looks;
    TCM_ASSIGN(const auto known, index.roots());
    IndexRequest how;
    how.cache_dirs = dirs_of(known);
    how.layout = request_.layout;
    how.jobs = request_.jobs;
    auto report = index_caches(how, index, backends_, progress_.index);
    // What is not there yet is waited for.
    if (!report && report.error().code == ErrorCode::missing) return false;
    if (!report) return fail(std::move(report).error());
    host_.looked(*report);
    return std::any_of(report->roots.begin(), report->roots.end(),
                       [](const RootReport& root) { return root.added > 0 || root.changed > 0 || root.gone > 0; });
  }

  std::vector<std::string> dirs_of(const std::vector<index::RootRow>& known) const {
    std::set<std::string> dirs(request_.cache_dirs.begin(), request_.cache_dirs.end());
    if (dirs.empty()) {
      for (const index::RootRow& row : known) dirs.insert(row.location.cache_dir);
      for (const std::string& dir : request_.default_dirs) dirs.insert(util::canonical_directory(dir));
    }
    return {dirs.begin(), dirs.end()};
  }

  /// Every root, and the directories between it and its cache directory, in which new roots appear. True when one of
  /// them was not watched before.
  Result<bool> watch_roots(index::Index& index) {
    unwatched_ = false;
    TCM_ASSIGN(const auto known, index.roots());
    const std::vector<std::string> dirs = dirs_of(known);
    bool more = false;
    for (const std::string& dir : dirs) more |= watch_directory(util::canonical_directory(dir));
    for (const index::RootRow& row : known) {
      const auto is_above = [&](const std::string& dir) {
        return util::is_at_or_below(row.location.path, util::canonical_directory(dir));
      };
      if (row.absent_ns != 0 || std::none_of(dirs.begin(), dirs.end(), is_above)) continue;
      for (fs::path path = row.location.path; path.string().size() > row.location.cache_dir.size();
           path = path.parent_path())
        more |= watch_directory(path.string());
    }
    return more;
  }

  /// One directory; of one that is not there the nearest that is, for the name that leads to it. True when it was not
  /// watched before.
  bool watch_directory(const std::string& directory) {
    if (watch_.has(directory)) return false;
    auto added = watch_.add(directory);
    std::string only;
    fs::path place = directory;
    while (!added && added.error().code == ErrorCode::missing && place.has_relative_path()) {
      only = place.filename().string();
      place = place.parent_path();
      if (watch_.has(place.string())) return false;
      added = watch_.add(place.string(), only);
    }
    if (added) return only.empty();
    unwatched_ = true;
    // Once: a limit that is reached is reached by every directory that follows.
    if (told_.insert(added.error().code).second) host_.failed(added.error());
    return false;
  }

  Result<bool> has_unfinished(index::Index& index) {
    using model::EntryKind;
    index::Criteria criteria;
    criteria.kinds = {EntryKind::empty, EntryKind::partial, EntryKind::leftover};
    criteria.modified_after_ns = util::now_ns() - kBeingWritten;
    TCM_ASSIGN(const auto known, index.roots());
    criteria.root_paths = dirs_of(known);
    TCM_ASSIGN(const std::int64_t count, index.count(criteria, 1));
    return count > 0;
  }

  Result<Used> used(index::Index& index) {
    TCM_ASSIGN(const auto rows, index.roots());
    Used sum;
    for (const index::RootRow& row : rows) {
      if (row.absent_ns != 0) continue;
      const auto files = static_cast<std::uint64_t>(row.files);
      sum.files += files;
      sum.bytes += static_cast<std::uint64_t>(row.bytes) + (files + static_cast<std::uint64_t>(row.entries)) * kBlock;
    }
    return sum;
  }

  /// Whether a budget may be exceeded: from sums, without a look at any entry. gc measures.
  Result<bool> may_exceed(const Budget& budget, index::Index& index) {
    TCM_ASSIGN(const Used now, used(index));
    if (budget.max_bytes && now.bytes - std::min(now.bytes, overrated_) > *budget.max_bytes) return true;
    if (budget.max_files && now.files > *budget.max_files) return true;
    if (!budget.min_free && !budget.min_free_percent) return false;
    TCM_ASSIGN(const auto rows, index.roots());
    return std::any_of(rows.begin(), rows.end(),
                       [&](const index::RootRow& row) { return row.absent_ns == 0 && lacks_room(row, budget); });
  }

  static bool lacks_room(const index::RootRow& row, const Budget& budget) {
    const auto root = cache::Root::open(row.location.path);
    if (!root) return false;
    const auto file_system = cache::file_system_of(*root);
    if (!file_system) return false;
    const std::uint64_t wanted =
        budget.min_free_percent ? file_system->total_bytes / 100 * *budget.min_free_percent : *budget.min_free;
    return file_system->free_bytes < wanted;
  }

  Result<void> see_to_budgets(index::Index& index) {
    const std::int64_t now = util::now_ns();
    TCM_ASSIGN(PruneRequest request, host_.upkeep(now));
    if (!request.budget.any() || (hopeless_until_ns_ > now && hopeless_until_ns_ - now <= kHopeless)) return {};
    TCM_ASSIGN(const bool exceeded, may_exceed(request.budget, index));
    if (!exceeded || stop_) return {};
    TCM_ASSIGN(const GcResult result, collect_garbage({std::move(request)}, index, backends_, now, progress_));
    hopeless_until_ns_ = result.within_limits() ? 0 : util::now_ns() + kHopeless;
    const auto last = gc_ ? gc_->last_success_ns : std::nullopt;
    gc_ = figures_of(result, now, util::now_ns());
    if (!gc_->last_success_ns) gc_->last_success_ns = last;
    host_.collected(result);
    return learn(index);
  }

  /// By how much the sums overrate what the entries take.
  Result<void> learn(index::Index& index) {
    TCM_ASSIGN(const Used now, used(index));
    for (const BudgetState& budget : gc_->budgets)
      if (budget.measure == Measure::bytes) overrated_ = now.bytes - std::min(now.bytes, budget.afterwards);
    return {};
  }

  const WatchRequest& request_;
  const WatchHost& host_;
  const Backends& backends_;
  PruneProgress& progress_;
  const std::atomic<bool>& stop_;
  disk::ChangeWatch watch_;
  WatchFigures figures_;
  std::optional<GcFigures> gc_;
  std::optional<milliseconds> again_;
  bool failed_ = false;
  bool unwatched_ = false;
  std::set<ErrorCode> told_;
  std::uint64_t overrated_ = 0;
  std::int64_t hopeless_until_ns_ = 0;
};

}  // namespace

Result<void> watch_caches(const WatchRequest& request, const WatchHost& host, const Backends& backends,
                          PruneProgress& progress) {
  TCM_ASSIGN(disk::ChangeWatch watch, disk::ChangeWatch::create());
  return Watcher(request, host, backends, progress, std::move(watch)).run();
}

}  // namespace tcm::service
