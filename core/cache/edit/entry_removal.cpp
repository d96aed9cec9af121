// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/entry_removal.hpp"

#include "core/cache/edit/duplicate_check.hpp"
#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/foreign_files.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

void count(const InspectedFile& file, const EditContext& context, Outcome& outcome) {
  ++outcome.files;
  outcome.bytes.add(kind_by_name(file.name, std::nullopt, context.options.naming.types()), file.node.bytes);
}

/// Out of the root, in one step.
class EntryMove {
 public:
  EntryMove(EditContext& context, const Change& change, const EntryLook& look)
      : context_(context), change_(change), look_(look) {}

  std::optional<Outcome> run() {
    for (;;) {
      auto place = in_bin() ? context_.trash.bin(context_.options.trash_id) : context_.trash.scratch();
      if (!place && place.error().code == ErrorCode::no_space) return without_room(place.error().message);
      if (!place) return cache::failed(std::move(place).error());
      place_ = *place;
      const int error = disk::move_directory(context_.root.descriptor(), key(), place_, key());
      if (error == 0) break;
      if (error == ENOENT) return kept(KeptReason::gone, {});
      if (util::is_no_space(error))
        return without_room(context_.line(change_.key, {}, "cannot move it into the trash: the disk is full"));
      if (error != EEXIST || in_bin()) return failed("cannot move it into the trash", error);
      context_.trash.renew_scratch();  // one of that name could not be deleted before
    }
    if (auto refused = refuse_moved()) return refused;
    return in_bin() ? std::optional(all_of_it()) : std::nullopt;
  }

  int place() const { return place_; }
  bool in_place() const { return in_place_; }

 private:
  // Where nothing can be made or renamed any more, a removal goes without: see RemovalInPlace. To keep something in the
  // trash takes room and frees none.
  std::optional<Outcome> without_room(const std::string& line) {
    if (in_bin()) return cache::failed({ErrorCode::no_space, line + "; --no-trash removes without keeping"});
    in_place_ = true;
    return std::nullopt;
  }

  bool in_bin() const { return !context_.options.trash_id.empty(); }
  const char* key() const { return change_.key.c_str(); }

  Outcome failed(std::string_view what, int error) const { return context_.failed(change_.key, {}, what, error); }

  // Between the look and the move a writer may have come. What was moved is looked at again, and moved back.
  std::optional<Outcome> refuse_moved() {
    disk::Node moved;
    const int error = disk::stat_at(place_, key(), moved);
    const bool same = error == 0 && moved.inode == look_.node.inode && moved.device == look_.node.device &&
                      moved.mtime_ns == look_.node.mtime_ns;
    if (same) return std::nullopt;
    const int back = disk::move_directory(place_, key(), context_.root.descriptor(), key());
    if (back == 0) {
      Inspection now = std::move(look_at_entry(context_.root.descriptor(), change_.key).seen);
      if (!now.writer.empty()) return kept(KeptReason::in_use, now.writer);
      return kept(KeptReason::changed, "while it was being moved");
    }
    Outcome outcome = failed("changed while it was being moved, and could not be moved back", back);
    outcome.gone = true;
    return outcome;
  }

  Outcome all_of_it() const {
    Outcome outcome;
    outcome.gone = true;
    for (const InspectedFile& file : look_.seen.files) count(file, context_, outcome);
    return outcome;
  }

  EditContext& context_;
  const Change& change_;
  const EntryLook& look_;
  int place_ = -1;
  bool in_place_ = false;
};

/// Deleting an entry that is out of the root.
class MovedEntryRemoval {
 public:
  MovedEntryRemoval(const EditContext& context, const Change& change, const MovedEntry& moved)
      : context_(context), change_(change), moved_(moved) {
    outcome_.gone = true;
  }

  Outcome run() {
    for (const InspectedFile& file : moved_.look.seen.files) remove(file);
    if (outcome_.status != Status::failed) remove_directory();
    outcome_.freed = done_.freed;
    return std::move(outcome_);
  }

 private:
  void remove(const InspectedFile& file) {
    // What lies deeper goes with its directory.
    const bool deeper = file.name.find('/') != std::string::npos;
    const int error = deeper ? 0 : disk::remove_file(moved_.look.directory.get(), file.name.c_str(), file.node, done_);
    if (error == 0)
      count(file, context_, outcome_);
    else if (error != ENOENT)
      note(context_.line(change_.key, file.name, util::error_text(error)));
  }

  void remove_directory() {
    if (disk::remove_directory_at(moved_.place, change_.key.c_str()) == 0) {
      done_.freed += moved_.look.node.allocated;
      return;
    }
    disk::remove_tree(moved_.place, change_.key.c_str(), done_);
    if (!done_.failures.empty()) note(context_.line(change_.key, {}, done_.failures.front()));
  }

  void note(std::string line) {
    if (outcome_.status == Status::failed) return;
    outcome_.status = Status::failed;
    outcome_.detail = std::move(line) + "; the next change of this cache deletes the rest";
  }

  const EditContext& context_;
  const Change& change_;
  const MovedEntry& moved_;
  disk::Removal done_;
  Outcome outcome_;
};

/// Deleting an entry where it is, which needs no room on the disk. Its groups go first: without them Triton does not
/// see the rest, so that readers find all of it or nothing, and what a killed run leaves is a partial entry, which
/// `prune --leftovers` knows. A writer that compiles the kernel anew meanwhile puts other files in the place of these;
/// those stay.
class RemovalInPlace {
 public:
  RemovalInPlace(const EditContext& context, const Change& change, const EntryLook& look)
      : context_(context), change_(change), look_(look) {}

  Outcome run() {
    for (const bool groups : {true, false})
      for (const InspectedFile& file : look_.seen.files)
        if (is_group(file.name) == groups && outcome_.status != Status::failed) remove(file);
    if (outcome_.status != Status::failed) remove_directories();
    outcome_.freed += done_.freed;
    if (!outcome_.gone) context_.read_again(change_, outcome_);
    return std::move(outcome_);
  }

 private:
  void remove(const InspectedFile& file) {
    if (file.name.find('/') != std::string::npos) return count(file, context_, outcome_);
    disk::Node now;
    int error = disk::stat_at(look_.directory.get(), file.name.c_str(), now);
    if (error == 0 && now.inode != file.node.inode) return;
    if (error == 0) error = disk::remove_file(look_.directory.get(), file.name.c_str(), file.node, done_);
    if (error == 0)
      count(file, context_, outcome_);
    else if (error != ENOENT)
      fail(context_.failed(change_.key, file.name, "cannot be deleted", error));
  }

  void remove_directories() {
    for (const Temporary& temporary : look_.temporaries)
      if (temporary.is_directory) disk::remove_tree(look_.directory.get(), temporary.name.c_str(), done_);
    if (!done_.failures.empty()) {
      outcome_.status = Status::failed;
      outcome_.detail = context_.line(change_.key, {}, done_.failures.front());
      return;
    }
    const int error = disk::remove_directory_at(context_.root.descriptor(), change_.key.c_str());
    outcome_.gone = error == 0 || error == ENOENT;
    if (error == 0) outcome_.freed += look_.node.allocated;
    if (!outcome_.gone) fail(context_.failed(change_.key, {}, "cannot be deleted to the end", error));
  }

  void fail(Outcome&& failed) {
    outcome_.status = Status::failed;
    outcome_.error = failed.error;
    outcome_.detail = std::move(failed.detail);
  }

  const EditContext& context_;
  const Change& change_;
  const EntryLook& look_;
  disk::Removal done_;
  Outcome outcome_;
};

}  // namespace

std::optional<Outcome> move_away(EditContext& context, const Change& change, MovedEntry& moved) {
  moved.look = look_at_entry(context.root.descriptor(), change.key);
  if (auto refused = context.refuse(change, moved.look)) return refused;
  if (auto foreign = find_foreign_file(moved.look, change.key, context.options.naming.types()))
    return kept(KeptReason::foreign_file, std::move(*foreign));
  if (auto refused = refuse_without_duplicate(context.root, change, moved.look)) return refused;
  EntryMove entry_move(context, change, moved.look);
  auto outcome = entry_move.run();
  moved.place = entry_move.place();
  moved.in_place = entry_move.in_place();
  return outcome;
}

Outcome delete_moved(const EditContext& context, const Change& change, MovedEntry moved) {
  if (moved.in_place) return RemovalInPlace(context, change, moved.look).run();
  return MovedEntryRemoval(context, change, moved).run();
}

}  // namespace tcm::cache
