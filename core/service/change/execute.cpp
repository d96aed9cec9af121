// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/execute.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/cache/edit/editor.hpp"
#include "core/cache/trash/trash.hpp"
#include "core/service/binary_check.hpp"
#include "core/service/change/index_follower.hpp"
#include "core/service/scan/prober.hpp"
#include "core/service/scan/spellings.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

/// So many changes share one sync of the file system and one transaction of the index.
constexpr std::size_t kBatch = 512;

/// One root of the plan that is being changed, and its rows.
class RootWork {
 public:
  /// `backends` is borrowed.
  RootWork(cache::Editor editor, std::uint32_t position, std::vector<std::string> spelled, const Backends& backends)
      : editor_(std::move(editor)), position_(position), spelled_(std::move(spelled)), backends_(backends) {}

  const cache::Root& root() const { return editor_.root(); }

  /// `row` is the root's. A root that the index does not know any more is changed all the same.
  Result<void> open_writer(const index::RootRow& row, index::Index& index) {
    other_files_ = row.other_files;
    TCM_ASSIGN(writer_, index.write_root(row.id));
    return {};
  }

  bool add(PlanItem&& item) {
    items_.push_back(std::move(item));
    return items_.size() >= kBatch;
  }

  void run(IndexFollower& follower, ExecuteReport& report, PruneProgress& progress) {
    std::vector<cache::Change> changes;
    changes.reserve(items_.size());
    for (const PlanItem& item : items_) changes.push_back(item.change);
    editor_.run(
        changes,
        [&](std::size_t i, cache::Outcome&& outcome) { take(items_[i], std::move(outcome), report, progress); },
        [&progress] { return progress.index.stop.load(std::memory_order_relaxed); });
    items_.clear();
    if (writer_) follower.follow(*writer_, std::move(steps_));
    steps_.clear();
  }

  void finish(ExecuteReport& report) {
    if (!writer_) return;
    if (auto finished = writer_->finish(other_files_); !finished)
      report.index_errors.push_back(std::move(finished).error());
  }

 private:
  void take(const PlanItem& item, cache::Outcome&& outcome, ExecuteReport& report, PruneProgress& progress) {
    if (outcome.relocated) ++report.relocated;
    if (outcome.gone) ++report.gone;
    // The index follows what happened, whatever the outcome is called.
    if (outcome.gone)
      steps_.push_back({item.record_id, std::nullopt});
    else if (outcome.now)
      steps_.push_back(step_of(std::move(outcome)));
    RootDone& here = report.by_root[position_];
    for (PlanSums* done : {&report.done, &here.done}) {
      done->files += outcome.files;
      done->bytes += outcome.bytes;
      done->frees += outcome.freed;
    }
    progress.freed.fetch_add(outcome.freed, std::memory_order_relaxed);
    progress.done.fetch_add(1, std::memory_order_relaxed);
    switch (outcome.status) {
      case cache::Status::done:
        for (PlanSums* done : {&report.done, &here.done}) {
          ++done->entries;
          done->kernels += item.kernels;
        }
        ++here.entries[static_cast<std::size_t>(item.cause)];
        break;
      case cache::Status::kept:
        report.kept.add(outcome.kept, {position_, item.change.key, std::move(outcome.detail)});
        break;
      case cache::Status::failed:
        ++report.failed;
        if (report.failures.size() < kMaxKeptListed)
          report.failures.push_back({position_, item.change.key, std::move(outcome.detail), outcome.error});
        break;
    }
  }

  /// What was found broken only now is another thing in the index, too, and not the same with fewer files.
  IndexFollower::Step step_of(cache::Outcome&& outcome) const {
    note_elsewhere(*outcome.now, spelled_);
    const bool broken = outcome.status == cache::Status::kept && outcome.kept == model::KeptReason::broken;
    if (broken) {
      util::ByteBudget memory(kMaxProbedBytes);
      Prober(root(), backends_, memory).probe(*outcome.now);
    }
    return {0, std::move(outcome.now), broken};
  }

  cache::Editor editor_;
  std::uint32_t position_;
  std::vector<std::string> spelled_;  // what its groups may call it
  const Backends& backends_;
  std::vector<PlanItem> items_;
  std::vector<IndexFollower::Step> steps_;
  std::unique_ptr<index::RootWriter> writer_;
  model::OtherFiles other_files_;
};

/// The roots in which something is to be done, all locked before anything is done.
class Work {
 public:
  static Result<Work> open(Plan& plan, const ExecuteOptions& options, index::Index& index, const Backends& backends) {
    Work work;
    std::vector<bool> needed(plan.roots.size(), false);
    TCM_TRY(plan.items.for_each([&](PlanItem&& item) -> Result<void> {
      needed[item.root] = true;
      for (const PlannedShare& share : item.shares) needed[share.root] = true;
      return {};
    }));
    work.roots_.resize(needed.size());
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
      if (!needed[i]) continue;
      cache::EditorOptions wanted;
      wanted.naming = backends.naming();
      wanted.grace_ns = options.grace_ns;
      wanted.trash_id = plan.trash_id;
      wanted.keep_paths = options.keep_paths;
      wanted.root = plan.root_ids[i];
      const std::vector<std::string> names = spelled(plan.roots[i], plan.spellings);
      wanted.spellings = names;
      if (!plan.seen_at.empty()) wanted.seen_at = plan.seen_at[i];
      wanted.path_fields = backends.registry().path_fields();
      wanted.jobs = options.jobs;
      wanted.binary_check = binary_check_of(backends);
      TCM_ASSIGN(cache::Editor editor, cache::Editor::open(plan.roots[i], std::move(wanted)));
      work.roots_[i].emplace(std::move(editor), i, names, backends);
    }
    TCM_TRY(work.open_writers(index));
    return work;
  }

  Result<void> take(PlanItem&& item, IndexFollower& follower, ExecuteReport& report, PruneProgress& progress) {
    for (const PlannedShare& share : item.shares)
      item.change.shares.push_back({share.name, {&roots_[share.root]->root(), share.key, share.with}});
    RootWork& root = *roots_[item.root];
    if (root.add(std::move(item))) root.run(follower, report, progress);
    if (progress.index.stop.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, {});
    return {};
  }

  /// Carries out all that was taken.
  void run(IndexFollower& follower, ExecuteReport& report, PruneProgress& progress) {
    for (auto& root : roots_)
      if (root) root->run(follower, report, progress);
  }

  void finish(IndexFollower& follower, ExecuteReport& report, PruneProgress& progress) {
    run(follower, report, progress);
    if (auto followed = follower.finish(); !followed) report.index_errors.push_back(std::move(followed).error());
    for (auto& root : roots_)
      if (root) root->finish(report);
  }

 private:
  Result<void> open_writers(index::Index& index) {
    TCM_ASSIGN(const auto known, index.roots());
    std::unordered_map<std::string_view, const index::RootRow*> rows;
    for (const index::RootRow& row : known) rows.emplace(row.location.path, &row);
    for (auto& root : roots_) {
      if (!root) continue;
      const auto row = rows.find(root->root().path());
      if (row != rows.end()) TCM_TRY(root->open_writer(*row->second, index));
    }
    return {};
  }

  std::vector<std::optional<RootWork>> roots_;
};

void empty_expired(const Plan& plan, ExecuteReport& report) {
  for (const ExpiredBin& expired : plan.expired) {
    const std::string& root = plan.roots[expired.root];
    auto emptied = cache::empty_trash(root, expired.bin);
    if (!emptied) {
      report.errors.push_back(std::move(emptied).error());
      continue;
    }
    report.trash_emptied += emptied->freed;
    report.by_root[expired.root].trash_emptied += emptied->freed;
    for (const std::string& failure : emptied->failures) report.errors.push_back({ErrorCode::failed, failure});
  }
}

}  // namespace

Result<ExecuteReport> execute(Plan& plan, const ExecuteOptions& options, index::Index& index, const Backends& backends,
                              PruneProgress& progress) {
  ExecuteReport report;
  // First what needs no room: on a full disk this makes some for the rest.
  if (!progress.index.stop.load(std::memory_order_relaxed)) empty_expired(plan, report);
  {
    TCM_ASSIGN(Work work, Work::open(plan, options, index, backends));
    IndexFollower follower;
    // What is removed makes room for what is written.
    bool rewrites = false;
    auto walked = plan.items.for_each([&](PlanItem&& item) -> Result<void> {
      if (item.change.action != model::Action::rewrite) return work.take(std::move(item), follower, report, progress);
      rewrites = true;
      return {};
    });
    if (walked && rewrites) {
      work.run(follower, report, progress);
      walked = plan.items.for_each([&](PlanItem&& item) -> Result<void> {
        if (item.change.action != model::Action::rewrite) return {};
        return work.take(std::move(item), follower, report, progress);
      });
    }
    if (!walked && walked.error().code != ErrorCode::interrupted) report.errors.push_back(std::move(walked).error());
    work.finish(follower, report, progress);
  }  // gives the locks back
  report.interrupted = progress.index.stop.load(std::memory_order_relaxed);
  if (!plan.trash_id.empty() && report.gone > 0) report.trash_id = plan.trash_id;
  return report;
}

}  // namespace tcm::service
