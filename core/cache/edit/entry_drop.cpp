// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/entry_drop.hpp"

#include <fmt/format.h>

#include "core/cache/edit/drop_planner.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/read/stamp.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

/// The second step, for one entry.
class EntryDrop {
 public:
  EntryDrop(EditContext& context, int scratch, const Change& change, DropPlan& plan)
      : context_(context), scratch_(scratch), change_(change), plan_(plan) {}

  Outcome run() {
    if (auto refused = open()) return std::move(*refused);
    if (auto refused = look_at_files()) return std::move(*refused);
    Outcome outcome;
    if (replace_groups(outcome)) delete_files(outcome);
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

  bool replace_groups(Outcome& outcome) {
    for (const NewGroup& group : plan_.groups) {
      disk::Node made;
      int error = disk::stat_at(scratch_, group.scratch.c_str(), made);
      if (error == 0) error = disk::replace_file(scratch_, group.scratch.c_str(), directory_.get(), group.name.c_str());
      if (error != 0) {
        const std::string detail =
            context_.line(change_.key, group.name, fmt::format("cannot be replaced: {}", disk::error_text(error)));
        outcome.status = Status::failed;
        outcome.detail = detail;
        return false;
      }
      changed_ = true;
      if (group.old.links == 1 && group.old.allocated > made.allocated)
        outcome.freed += group.old.allocated - made.allocated;
    }
    outcome.relocated = plan_.relocated;
    // At once: a kill from here on leaves an entry of its old age.
    put_time_back(directory_.get(), plan_.stamp.mtime_ns, outcome);
    return true;
  }

  void delete_files(Outcome& outcome) {
    disk::Removal done;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const DroppedFile& file = plan_.files[i];
      const int error = disk::remove_file(directory_.get(), file.name.c_str(), nodes_[i], done);
      if (error == 0) {
        changed_ = true;
        outcome.bytes.add(file.kind, nodes_[i].bytes);
      } else if (error != ENOENT && outcome.status != Status::failed) {
        outcome.status = Status::failed;
        outcome.detail =
            context_.line(change_.key, file.name, fmt::format("cannot be deleted: {}", disk::error_text(error)));
      }
    }
    outcome.files += done.files;
    outcome.freed += done.freed;
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
  const Change& change_;
  DropPlan& plan_;
  util::Fd directory_;
  std::vector<disk::Node> nodes_;
  bool changed_ = false;
};

}  // namespace

DropPlan Dropper::prepare(const Change& change) { return DropPlanner(context_, group_paths_, count_, change).plan(); }

void Dropper::sync(std::vector<DropPlan>& plans) {
  bool needed = false;
  for (const DropPlan& plan : plans) needed |= !plan.groups.empty() && !plan.decided;
  if (!needed) return;
  int error = disk::sync_file_system(context_.root.descriptor());
  const bool one_by_one = error == ENOSYS || error == EINVAL;
  for (DropPlan& plan : plans) {
    if (plan.decided || plan.groups.empty()) continue;
    if (one_by_one) error = 0;
    for (const NewGroup& group : plan.groups)
      if (one_by_one && error == 0) error = disk::sync_file(*context_.trash.group_scratch(), group.scratch.c_str());
    if (error == 0) continue;
    plan.decided =
        context_.failed(plan.entry.key, plan.groups.front().name, "cannot write the new one to the disk", error);
  }
}

Outcome Dropper::carry_out(const Change& change, DropPlan& plan) {
  Outcome outcome;
  if (plan.decided)
    outcome = std::move(*plan.decided);
  else
    outcome = EntryDrop(context_, *context_.trash.group_scratch(), change, plan).run();
  if (!outcome.now || outcome.status != Status::done) discard(plan);
  return outcome;
}

void Dropper::discard(const DropPlan& plan) {
  if (plan.groups.empty()) return;
  const auto scratch = context_.trash.group_scratch();
  for (const NewGroup& group : plan.groups)
    if (scratch) disk::unlink_at(*scratch, group.scratch.c_str());
}

}  // namespace tcm::cache
