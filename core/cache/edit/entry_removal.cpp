// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/entry_removal.hpp"

#include <fmt/format.h>

#include "core/cache/inspect/foreign_files.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/same_bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

std::optional<Outcome> refuse_twin(const EditorShop& shop, const Change& change, const EntryLook& look) {
  if (!change.twin) return std::nullopt;
  const Twin& twin = *change.twin;
  const auto refused = [&twin](std::string_view what) {
    return kept(KeptReason::twin_changed, fmt::format("{}: {}", util::escape_control(twin.key), what));
  };
  util::Fd directory;
  disk::Node node;
  int error = is_file_name(twin.key) ? disk::open_own_directory_at(shop.root.descriptor(), twin.key.c_str(), directory)
                                     : ENOENT;
  if (error == 0) error = disk::stat_of(directory.get(), node);
  if (error != 0) return refused(disk::error_text(error));
  const model::EntryStamp stamp{node.inode, node.mtime_ns, node.ctime_ns, true};
  if (!stamp.same_state(twin.stamp) || node.inode == look.node.inode) return refused("changed since the plan");
  if (twin.binary.empty() && twin.own_binary.empty()) return std::nullopt;
  if (!is_file_name(twin.binary) || !is_file_name(twin.own_binary)) return refused("has no binary of that name");
  util::Fd theirs;
  util::Fd ours;
  disk::Node their_node;
  disk::Node our_node;
  error = disk::open_file_at(directory.get(), twin.binary.c_str(), theirs, their_node);
  if (error == 0) error = disk::open_file_at(look.directory.get(), twin.own_binary.c_str(), ours, our_node);
  bool same = false;
  if (error == 0) error = disk::same_bytes(theirs.get(), their_node, ours.get(), our_node, same);
  if (error != 0) return refused(disk::error_text(error));
  if (!same) return refused("its binary is another one");
  return std::nullopt;
}

void count(const InspectedFile& file, const EditorShop& shop, Outcome& outcome) {
  ++outcome.files;
  outcome.bytes.add(kind_told_by_name(file.name, shop.options.naming.file_types), file.node.bytes);
}

class Moving {
 public:
  Moving(EditorShop& shop, const Change& change, const EntryLook& look) : shop_(shop), change_(change), look_(look) {}

  std::optional<Outcome> run() {
    for (;;) {
      auto place = in_bin() ? shop_.trash.bin(shop_.options.trash_id) : shop_.trash.scratch();
      if (!place) {
        Outcome outcome;
        outcome.status = Status::failed;
        outcome.detail = std::move(place.error().message);
        return outcome;
      }
      place_ = *place;
      const int error = disk::move_directory(shop_.root.descriptor(), key(), place_, key());
      if (error == 0) break;
      if (error == ENOENT) return kept(KeptReason::gone, {});
      if (error != EEXIST || in_bin()) return failed("cannot move it into the trash", error);
      shop_.trash.renew_scratch();  // one of that name could not be deleted before
    }
    if (auto refused = refuse_moved()) return refused;
    return in_bin() ? std::optional(all_of_it()) : std::nullopt;
  }

  int place() const { return place_; }

 private:
  bool in_bin() const { return !shop_.options.trash_id.empty(); }
  const char* key() const { return change_.key.c_str(); }

  Outcome failed(std::string_view what, int error) const { return shop_.failed(change_.key, {}, what, error); }

  // Between the look and the move a writer may have come. What was moved is looked at again, and moved back.
  std::optional<Outcome> refuse_moved() {
    disk::Node moved;
    const int error = disk::stat_at(place_, key(), moved);
    const bool same = error == 0 && moved.inode == look_.node.inode && moved.device == look_.node.device &&
                      moved.mtime_ns == look_.node.mtime_ns;
    if (same) return std::nullopt;
    const int back = disk::move_directory(place_, key(), shop_.root.descriptor(), key());
    if (back == 0) {
      Inspection now = std::move(look_at_entry(shop_.root.descriptor(), change_.key).seen);
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
    for (const InspectedFile& file : look_.seen.files) count(file, shop_, outcome);
    return outcome;
  }

  EditorShop& shop_;
  const Change& change_;
  const EntryLook& look_;
  int place_ = -1;
};

class Deleting {
 public:
  Deleting(const EditorShop& shop, const Change& change, const MovedEntry& moved)
      : shop_(shop), change_(change), moved_(moved) {
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
      count(file, shop_, outcome_);
    else if (error != ENOENT)
      note(shop_.line(change_.key, file.name, disk::error_text(error)));
  }

  void remove_directory() {
    if (disk::remove_directory_at(moved_.place, change_.key.c_str()) == 0) {
      done_.freed += moved_.look.node.allocated;
      return;
    }
    disk::remove_tree(moved_.place, change_.key.c_str(), done_);
    if (!done_.failures.empty()) note(done_.failures.front());
  }

  void note(std::string line) {
    if (outcome_.status == Status::failed) return;
    outcome_.status = Status::failed;
    outcome_.detail = std::move(line) + "; the next change of this cache deletes the rest";
  }

  const EditorShop& shop_;
  const Change& change_;
  const MovedEntry& moved_;
  disk::Removal done_;
  Outcome outcome_;
};

}  // namespace

std::optional<Outcome> move_away(EditorShop& shop, const Change& change, MovedEntry& moved) {
  moved.look = look_at_entry(shop.root.descriptor(), change.key);
  if (auto refused = shop.refuse(change, moved.look)) return refused;
  if (auto stranger = find_stranger(moved.look, change.key, shop.options.naming.file_types))
    return kept(KeptReason::foreign_file, std::move(*stranger));
  if (auto refused = refuse_twin(shop, change, moved.look)) return refused;
  Moving moving(shop, change, moved.look);
  auto outcome = moving.run();
  moved.place = moving.place();
  return outcome;
}

Outcome delete_moved(const EditorShop& shop, const Change& change, MovedEntry moved) {
  return Deleting(shop, change, moved).run();
}

}  // namespace tcm::cache
