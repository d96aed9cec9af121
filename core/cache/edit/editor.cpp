// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/editor.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/cache/edit/edit_context.hpp"
#include "core/cache/edit/entry_drop.hpp"
#include "core/cache/edit/entry_removal.hpp"
#include "core/cache/edit/file_sharing.hpp"
#include "core/cache/edit/leftover_sweep.hpp"
#include "core/cache/read/stamp.hpp"
#include "core/util/text/time.hpp"
#include "core/util/thread/workers.hpp"

namespace tcm::cache {
namespace {

// Beyond this, threads wait for each other in the file system's journal.
constexpr unsigned kMostDeleting = 8;

using Done = std::function<void(std::size_t index, Outcome&& outcome)>;

/// Tells outcomes in order. An entry that was changed within the clock's last tick would have to be read again by the
/// next index run, so its outcome waits until its stamp can be trusted, or the batch ends.
class Teller {
 public:
  Teller(const Root& root, const Done& done) : root_(root), done_(done) {}
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;
  ~Teller() {
    // After an exception: the work of others is about a batch that its caller gives up.
    for (const Waiting& one : waiting_)
      if (one.coming.valid()) one.coming.wait();
  }

  void add(std::size_t index, Outcome&& outcome) {
    waiting_.push_back({index, std::move(outcome), {}});
    tell_those_that_stand();
  }
  void add(std::size_t index, std::future<Outcome>&& coming) {
    waiting_.push_back({index, {}, std::move(coming)});
    tell_those_that_stand();
  }
  void finish() {
    while (!waiting_.empty()) {
      waiting_.front().take();
      tell_first();
    }
  }

 private:
  struct Waiting {
    std::size_t index;
    Outcome outcome;
    std::future<Outcome> coming;  // of another thread

    bool has_come() const {
      return !coming.valid() || coming.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    void take() {
      if (coming.valid()) outcome = coming.get();
    }
  };

  void tell_those_that_stand() {
    while (!waiting_.empty() && waiting_.front().has_come()) {
      waiting_.front().take();
      if (is_early(waiting_.front().outcome)) return;
      tell_first();
    }
  }

  static bool is_early(const Outcome& outcome) {
    return outcome.now && !outcome.now->stamp.settled && !is_settled(outcome.now->stamp, util::now_ns());
  }

  void tell_first() {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    if (first.outcome.now && !first.outcome.now->stamp.settled) settle(*first.outcome.now);
    done_(first.index, std::move(first.outcome));
  }

  void settle(model::Entry& entry) const {
    const std::int64_t now = util::now_ns();
    disk::Node node;
    if (has_unfinished(entry) || disk::stat_at(root_.descriptor(), entry.key.c_str(), node) != 0) return;
    const model::EntryStamp stamp = stamp_of(node, now);
    if (stamp.same_state(entry.stamp)) entry.stamp.settled = stamp.settled;
  }

  // What goes on in a directory below does not show in the entry's own times, and what could not be read may be
  // readable the next time.
  static bool has_unfinished(const model::Entry& entry) {
    for (const model::Record& record : entry.records) {
      if (record.problem == model::SkipReason::unreadable || record.problem == model::SkipReason::vanished) return true;
      for (const model::Artifact& artifact : record.artifacts)
        if (artifact.name.find('/') != std::string::npos) return true;
    }
    return false;
  }

  const Root& root_;
  const Done& done_;
  std::deque<Waiting> waiting_;
};

}  // namespace

class Editor::Impl {
 public:
  Impl(Root root, EditorOptions options) : shop_(std::move(root), std::move(options)), dropper_(shop_) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    workers_.reset();
    if (lock_) shop_.trash.close();
  }

  Result<void> start() {
    TCM_ASSIGN(lock_, RootLock::take(shop_.root, shop_.trash));
    TCM_ASSIGN(const bool there, shop_.trash.find_to_change());
    if (there) shop_.trash.sweep();
    return {};
  }

  const Root& root() const { return shop_.root; }

  void run(std::span<const Change> batch, const Done& done, const std::function<bool()>& stop) {
    const auto stopped = [&stop] { return stop && stop(); };
    std::vector<DropPlan> plans(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (stopped()) return discard(plans, 0);
      if (batch[i].action == model::Action::drop) plans[i] = dropper_.prepare(batch[i]);
    }
    dropper_.sync(plans);
    Teller teller(shop_.root, done);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (stopped()) {
        discard(plans, i);
        break;
      }
      if (batch[i].action == model::Action::remove)
        remove(i, batch[i], teller);
      else
        teller.add(i, carry_out(batch[i], plans[i]));
      plans[i] = {};
    }
    teller.finish();
  }

 private:
  void remove(std::size_t index, const Change& change, Teller& teller) {
    auto moved = std::make_unique<MovedEntry>();
    if (auto outcome = move_away(shop_, change, *moved)) return teller.add(index, std::move(*outcome));
    if (!workers_) workers_.emplace(std::clamp(shop_.options.jobs, 1U, kMostDeleting) - 1);
    // The entry's handle goes with the work, not with the result that waits to be told.
    teller.add(index, workers_->run(util::Workers<Outcome>::Task([this, &change, moved = std::move(moved)]() mutable {
      return delete_moved(shop_, change, std::move(*std::exchange(moved, nullptr)));
    })));
  }

  Outcome carry_out(const Change& change, DropPlan& plan) {
    switch (change.action) {
      case model::Action::drop: return dropper_.carry_out(change, plan);
      case model::Action::remove: break;  // see remove()
      case model::Action::sweep: return sweep_entry(shop_, change);
      case model::Action::share: return share_files(shop_, change);
    }
    return shop_.failed(change.key, {}, "nothing that can be done to an entry");
  }

  void discard(const std::vector<DropPlan>& plans, std::size_t from) {
    for (std::size_t i = from; i < plans.size(); ++i) dropper_.discard(plans[i]);
  }

  EditorShop shop_;
  Dropper dropper_;
  std::optional<RootLock> lock_;
  std::optional<util::Workers<Outcome>> workers_;
};

Editor::Editor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Editor::~Editor() = default;
Editor::Editor(Editor&&) noexcept = default;
Editor& Editor::operator=(Editor&&) noexcept = default;

Result<Editor> Editor::open(const std::string& root_path, EditorOptions options) {
  if (!options.trash_id.empty() && !is_trash_id(options.trash_id))
    return fail(ErrorCode::usage, fmt::format("\"{}\" is no trash id; they look like 20261123-1", options.trash_id));
  TCM_ASSIGN(Root root, Root::open(root_path));
  auto impl = std::make_unique<Impl>(std::move(root), std::move(options));
  TCM_TRY(impl->start());
  return Editor(std::move(impl));
}

const Root& Editor::root() const { return impl_->root(); }

void Editor::run(std::span<const Change> batch, const Done& done, const std::function<bool()>& stop) {
  impl_->run(batch, done, stop);
}

}  // namespace tcm::cache
