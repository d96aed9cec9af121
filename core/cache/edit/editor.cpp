// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/editor.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/cache/edit/edit_context.hpp"
#include "core/cache/edit/entry_drop.hpp"
#include "core/cache/edit/entry_removal.hpp"
#include "core/cache/edit/file_sharing.hpp"
#include "core/cache/edit/leftover_sweep.hpp"
#include "core/cache/edit/outcome_queue.hpp"
#include "core/cache/trash/root_lock.hpp"
#include "core/cache/trash/trash.hpp"
#include "core/disk/file_changes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/thread/workers.hpp"

namespace tcm::cache {
namespace {

// Beyond this, threads wait for each other in the file system's journal.
constexpr unsigned kMaxDeletingThreads = 8;

// A rewrite is a drop of nothing.
bool is_drop(const Change& change) {
  return change.action == model::Action::drop || change.action == model::Action::rewrite;
}

}  // namespace

class Editor::Impl {
 public:
  Impl(Root root, EditorOptions options) : context_(std::move(root), std::move(options)), drops_(context_) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    workers_.reset();
    if (lock_) context_.trash.close();
  }

  Result<void> start() {
    TCM_ASSIGN(lock_, RootLock::take(context_.root, context_.trash));
    TCM_ASSIGN(const bool there, context_.trash.find_to_change());
    disk::Removal ignored;
    if (there) context_.trash.sweep(ignored);
    return {};
  }

  const Root& root() const { return context_.root; }

  void run(std::span<const Change> batch, const OutcomeCall& done, const std::function<bool()>& stop) {
    const auto stopped = [&stop] { return stop && stop(); };
    std::vector<DropPlan> plans(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (stopped()) return discard(plans, 0);
      if (is_drop(batch[i])) plans[i] = drops_.prepare(batch[i]);
    }
    drops_.sync(plans);
    OutcomeQueue outcomes(context_.root, done);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (stopped()) {
        discard(plans, i);
        break;
      }
      if (batch[i].action == model::Action::remove)
        remove(i, batch[i], outcomes);
      else
        outcomes.add(i, carry_out(batch[i], plans[i]));
      plans[i] = {};
    }
    outcomes.finish();
  }

  Result<StagingPlace> staging() {
    TCM_ASSIGN(const auto place, context_.trash.staging());
    return StagingPlace{place.first, place.second};
  }

  Result<void> sync_staging() {
    TCM_ASSIGN(const StagingPlace place, staging());
    const int error = disk::sync_file_system(place.descriptor);
    // Where a file system cannot be told to, it decides by itself.
    if (error == 0 || error == ENOSYS || error == EINVAL) return {};
    return util::system_error(place.path + ": cannot be written to the disk", error);
  }

  int add(const std::string& key) {
    const auto place = staging();
    if (!place) return EIO;
    const int root = context_.root.descriptor();
    int error = disk::move_directory(place->descriptor, key.c_str(), root, key.c_str());
    if (error != EEXIST) return error;
    // A directory takes the place of an empty one at most: one that a look-up left, and nobody compiled for.
    error = disk::replace_file(place->descriptor, key.c_str(), root, key.c_str());
    return error == ENOTEMPTY || error == ENOTDIR ? EEXIST : error;
  }

 private:
  void remove(std::size_t index, const Change& change, OutcomeQueue& outcomes) {
    auto moved = std::make_unique<MovedEntry>();
    if (auto outcome = move_away(context_, change, *moved)) return outcomes.add(index, std::move(*outcome));
    if (!workers_) workers_.emplace(std::clamp(context_.options.jobs, 1U, kMaxDeletingThreads) - 1);
    // The entry's handle goes with the work, not with the result that waits to be told.
    outcomes.add(index, workers_->run(util::Workers<Outcome>::Task([this, &change, moved = std::move(moved)]() mutable {
      return delete_moved(context_, change, std::move(*std::exchange(moved, nullptr)));
    })));
  }

  Outcome carry_out(const Change& change, DropPlan& plan) {
    switch (change.action) {
      case model::Action::drop:
      case model::Action::rewrite: return drops_.carry_out(change, plan);
      case model::Action::remove: break;  // see remove()
      case model::Action::sweep: return sweep_entry(context_, change);
      case model::Action::share: return share_files(context_, change);
    }
    return context_.failed(change.key, {}, "nothing that can be done to an entry");
  }

  void discard(const std::vector<DropPlan>& plans, std::size_t from) {
    for (std::size_t i = from; i < plans.size(); ++i) drops_.discard(plans[i]);
  }

  EditContext context_;
  EntryDrops drops_;
  std::optional<RootLock> lock_;
  std::optional<util::Workers<Outcome>> workers_;
};

Editor::Editor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Editor::~Editor() = default;
Editor::Editor(Editor&&) noexcept = default;
Editor& Editor::operator=(Editor&&) noexcept = default;

Result<Editor> Editor::open(const std::string& root_path, EditorOptions options) {
  if (!options.trash_id.empty() && !is_trash_id(options.trash_id))
    return fail(ErrorCode::usage, fmt::format("\"{}\" is not a trash id; they look like 20261123-1", options.trash_id));
  TCM_ASSIGN(Root root, Root::open(root_path));
  if (options.root && *options.root != root.id())
    return fail(ErrorCode::failed, root_path + ": not the directory that the plan was made of any more; run it again");
  auto impl = std::make_unique<Impl>(std::move(root), std::move(options));
  TCM_TRY(impl->start());
  return Editor(std::move(impl));
}

const Root& Editor::root() const { return impl_->root(); }

Result<StagingPlace> Editor::staging() { return impl_->staging(); }

Result<void> Editor::sync_staging() { return impl_->sync_staging(); }

int Editor::add(const std::string& key) { return impl_->add(key); }

void Editor::run(std::span<const Change> batch, const OutcomeCall& done, const std::function<bool()>& stop) {
  impl_->run(batch, done, stop);
}

}  // namespace tcm::cache
