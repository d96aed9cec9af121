// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/entry_drop.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "core/cache/edit/drop_planner.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/read/stamp.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

// Where the room that deleting made is not to be had, because somebody else takes it or the file system gives it back
// later, no more entries than these lose their hit to releases from 3.8 on.
constexpr int kMostFreedInVain = 1;

/// The second step, for one entry.
class EntryDrop {
 public:
  EntryDrop(EditContext& context, int scratch, bool may_free_first, const Change& change, DropPlan& plan)
      : context_(context), scratch_(scratch), may_free_first_(may_free_first), change_(change), plan_(plan) {}

  Outcome run() {
    if (auto refused = open()) return std::move(*refused);
    if (auto refused = look_at_files()) return std::move(*refused);
    Outcome outcome;
    if (write_waiting_texts(outcome) && put_in_place(outcome)) delete_files(outcome);
    outcome.files += done_.files;
    outcome.freed += done_.freed;
    if (!changed_) return outcome;
    // What a writer put there meanwhile is young, so the entry is.
    const bool is_as_planned = outcome.status == Status::done && !has_more_names();
    if (is_as_planned || outcome.status == Status::failed)
      put_time_back(directory_.get(), plan_.stamp.mtime_ns, outcome);
    if (is_as_planned)
      finish(outcome);
    else
      context_.read_again(change_, outcome);
    return outcome;
  }

 private:
  std::optional<Outcome> open() {
    disk::Node node;
    int error = disk::open_own_directory_at(context_.root.descriptor(), change_.key.c_str(), directory_);
    if (error == 0) error = disk::stat_of(directory_.get(), node);
    if (error == 0 && stamp_of(node, 0).same_state(plan_.stamp)) return std::nullopt;
    const EntryLook look = look_at_entry(context_.root.descriptor(), change_.key);
    if (auto refused = context_.refuse(change_, look)) return refused;
    return kept(KeptReason::changed, {});
  }

  std::optional<Outcome> look_at_files() {
    nodes_.resize(plan_.files.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::string& name = plan_.files[i].name;
      if (disk::stat_at(directory_.get(), name.c_str(), nodes_[i]) != 0 || nodes_[i].type != disk::NodeType::file)
        return kept(KeptReason::changed, util::escape_control(name));
      if (nodes_[i].mount_point) return kept(KeptReason::mount_point, util::escape_control(name));
    }
    return std::nullopt;
  }

  // On a full disk the room for a new group comes from the files that go anyway, one after the other until it can be
  // written: then they go before the group that lists them. To every release of Triton that is no damage: up to 3.7 an
  // entry hits without its IR, assembly and source whatever its group lists, and from 3.8 on a group with a missing
  // file is a clean miss, after which the kernel compiles again. That state lasts from the first deletion until the
  // group is replaced, and is met by one entry of a run, mostly: what that one frees is room for the groups of the
  // next.
  //
  // The new group lies in the entry itself, as no directory can be made for it, under a name that Triton 3.0 uses for
  // the same purpose. So what a killed run leaves is a leftover like any other.
  bool write_waiting_texts(Outcome& outcome) {
    for (NewText& text : plan_.texts) {
      if (text.waiting.empty()) continue;
      text.scratch = fmt::format("{}.tmp.pid_{}_0", text.name, ::getpid());
      const char* name = text.scratch.c_str();
      // What is written, or written and taken away again, changes the time of the entry, which is put back.
      changed_ = true;
      int error = 0;
      do
        error = disk::write_file_like(directory_.get(), name, text.waiting,
                                      {directory_.get(), text.name.c_str(), text.old});
      while (util::is_no_space(error) && may_free_first_ && delete_next_file(outcome));
      if (error == 0) error = disk::sync_file(directory_.get(), name);
      if (error == 0) continue;
      fail(outcome, context_.failed(change_.key, text.name, "cannot write the new one", error));
      remove_waiting_texts();
      return false;
    }
    return true;
  }

  void remove_waiting_texts() {
    for (const NewText& text : plan_.texts)
      if (!text.waiting.empty() && !text.scratch.empty()) disk::unlink_at(directory_.get(), text.scratch.c_str());
  }

  static void fail(Outcome& outcome, Outcome&& failed) {
    if (outcome.status == Status::failed) return;
    outcome.status = Status::failed;
    outcome.error = failed.error;
    outcome.detail = std::move(failed.detail);
  }

  bool put_in_place(Outcome& outcome) {
    for (const NewText& text : plan_.texts) {
      const int place = text.waiting.empty() ? scratch_ : directory_.get();
      disk::Node made;
      int error = disk::stat_at(place, text.scratch.c_str(), made);
      if (error == 0) error = disk::replace_file(place, text.scratch.c_str(), directory_.get(), text.name.c_str());
      if (error != 0) {
        fail(outcome, context_.failed(change_.key, text.name, "cannot be replaced", error));
        remove_waiting_texts();
        return false;
      }
      changed_ = true;
      if (text.old.links == 1 && text.old.allocated > made.allocated)
        outcome.freed += text.old.allocated - made.allocated;
    }
    outcome.relocated = plan_.relocated;
    // At once: a kill from here on leaves an entry of its old age.
    put_time_back(directory_.get(), plan_.stamp.mtime_ns, outcome);
    return true;
  }

  void delete_files(Outcome& outcome) {
    while (delete_next_file(outcome)) {
    }
  }

  /// False when there is none left.
  bool delete_next_file(Outcome& outcome) {
    if (next_ == nodes_.size()) return false;
    const DroppedFile& file = plan_.files[next_];
    const disk::Node& node = nodes_[next_++];
    const int error = disk::remove_file(directory_.get(), file.name.c_str(), node, done_);
    if (error == 0) {
      changed_ = true;
      outcome.bytes.add(file.kind, node.bytes);
    } else if (error != ENOENT) {
      fail(outcome, context_.failed(change_.key, file.name, "cannot be deleted", error));
    }
    return true;
  }

  bool has_more_names() {
    std::size_t count = 0;
    const int error = disk::list_directory(directory_.get(), disk::list_buffer(),
                                           [&count](const char*, disk::NodeType) { return ++count != 0; });
    return error != 0 || count + plan_.files.size() > plan_.names;
  }

  void finish(Outcome& outcome) {
    disk::Node node;
    if (disk::stat_of(directory_.get(), node) != 0) return context_.read_again(change_, outcome);
    plan_.entry.stamp = stamp_of(node, util::now_ns());
    outcome.now = std::move(plan_.entry);
  }

  EditContext& context_;
  int scratch_;
  bool may_free_first_;  // delete files to make room for the group that lists them no more
  const Change& change_;
  DropPlan& plan_;
  util::Fd directory_;
  std::vector<disk::Node> nodes_;
  std::size_t next_ = 0;  // of the files, the first that is still there
  disk::Removal done_;
  bool changed_ = false;
};

}  // namespace

DropPlan EntryDrops::prepare(const Change& change) {
  return DropPlanner(context_, group_paths_, count_, change).plan();
}

void EntryDrops::sync(std::vector<DropPlan>& plans) {
  const auto is_written = [](const NewText& text) { return text.waiting.empty(); };
  const auto concerns = [&is_written](const DropPlan& plan) {
    return !plan.decided && std::any_of(plan.texts.begin(), plan.texts.end(), is_written);
  };
  if (std::none_of(plans.begin(), plans.end(), concerns)) return;
  int error = disk::sync_file_system(context_.root.descriptor());
  const bool one_by_one = error == ENOSYS || error == EINVAL;
  for (DropPlan& plan : plans) {
    if (!concerns(plan)) continue;
    if (one_by_one) error = 0;
    for (const NewText& text : plan.texts)
      if (one_by_one && error == 0 && is_written(text))
        error = disk::sync_file(*context_.trash.group_scratch(), text.scratch.c_str());
    if (error == 0) continue;
    plan.decided =
        context_.failed(plan.entry.key, plan.texts.front().name, "cannot write the new one to the disk", error);
  }
}

Outcome EntryDrops::carry_out(const Change& change, DropPlan& plan) {
  Outcome outcome;
  if (plan.decided) {
    outcome = std::move(*plan.decided);
  } else {
    // Not there on a full disk: then no group of the plan lies in it.
    const auto scratch = context_.trash.group_scratch();
    outcome = EntryDrop(context_, scratch.value_or(-1), freed_in_vain_ < kMostFreedInVain, change, plan).run();
    if (plan.waits_for_room() && outcome.status == Status::failed && outcome.files > 0) ++freed_in_vain_;
  }
  if (!outcome.now || outcome.status != Status::done) discard(plan);
  return outcome;
}

void EntryDrops::discard(const DropPlan& plan) {
  for (const NewText& text : plan.texts)
    if (text.waiting.empty()) disk::unlink_at(*context_.trash.group_scratch(), text.scratch.c_str());
}

}  // namespace tcm::cache
