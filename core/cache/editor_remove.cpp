// SPDX-License-Identifier: Apache-2.0
#include "core/cache/editor_remove.hpp"

#include <fmt/format.h>

#include "core/cache/file_changes.hpp"
#include "core/cache/same_bytes.hpp"
#include "core/cache/strangers.hpp"
#include "core/util/text.hpp"

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
  Node node;
  int error =
      is_file_name(twin.key) ? open_own_directory_at(shop.root.descriptor(), twin.key.c_str(), directory) : ENOENT;
  if (error == 0) error = stat_of(directory.get(), node);
  if (error != 0) return refused(error_text(error));
  const model::EntryStamp stamp{node.inode, node.mtime_ns, node.ctime_ns, true};
  if (!stamp.same_state(twin.stamp) || node.inode == look.node.inode) return refused("changed since the plan");
  if (twin.binary.empty() && twin.own_binary.empty()) return std::nullopt;
  if (!is_file_name(twin.binary) || !is_file_name(twin.own_binary)) return refused("has no binary of that name");
  util::Fd theirs;
  util::Fd ours;
  Node their_node;
  Node our_node;
  error = open_file_at(directory.get(), twin.binary.c_str(), theirs, their_node);
  if (error == 0) error = open_file_at(look.directory.get(), twin.own_binary.c_str(), ours, our_node);
  bool same = false;
  if (error == 0) error = same_bytes(theirs.get(), their_node, ours.get(), our_node, same);
  if (error != 0) return refused(error_text(error));
  if (!same) return refused("its binary is another one");
  return std::nullopt;
}

class Removing {
 public:
  Removing(EditorShop& shop, const Change& change, const EntryLook& look) : shop_(shop), change_(change), look_(look) {}

  Outcome run() {
    if (auto refused = move_away()) return std::move(*refused);
    Outcome outcome;
    outcome.gone = true;
    if (in_bin())
      count_all(outcome);
    else
      delete_all(outcome);
    return outcome;
  }

 private:
  bool in_bin() const { return !shop_.options.trash_id.empty(); }
  const char* key() const { return change_.key.c_str(); }
  const FileTypes* types() const { return shop_.options.naming.file_types; }

  Outcome failed(std::string_view what, int error) const { return shop_.failed(change_.key, {}, what, error); }

  std::optional<Outcome> move_away() {
    for (;;) {
      auto place = in_bin() ? shop_.trash.bin(shop_.options.trash_id) : shop_.trash.scratch();
      if (!place) {
        Outcome outcome;
        outcome.status = Status::failed;
        outcome.detail = std::move(place.error().message);
        return outcome;
      }
      place_ = *place;
      const int error = move_directory(shop_.root.descriptor(), key(), place_, key());
      if (error == 0) return refuse_moved();
      if (error == ENOENT) return kept(KeptReason::gone, {});
      if (error != EEXIST || in_bin()) return failed("cannot move it into the trash", error);
      shop_.trash.renew_scratch();  // one of that name could not be deleted before
    }
  }

  // Between the look and the move a writer may have come. What was moved is looked at again, and moved back.
  std::optional<Outcome> refuse_moved() {
    Node moved;
    const int error = stat_at(place_, key(), moved);
    const bool same = error == 0 && moved.inode == look_.node.inode && moved.device == look_.node.device &&
                      moved.mtime_ns == look_.node.mtime_ns;
    if (same) return std::nullopt;
    const int back = move_directory(place_, key(), shop_.root.descriptor(), key());
    if (back == 0) {
      Inspection now = std::move(look_at_entry(shop_.root.descriptor(), change_.key).seen);
      if (!now.writer.empty()) return kept(KeptReason::in_use, now.writer);
      return kept(KeptReason::changed, "while it was being moved");
    }
    Outcome outcome = failed("changed while it was being moved, and could not be moved back", back);
    outcome.gone = true;
    return outcome;
  }

  void count(const InspectedFile& file, Outcome& outcome) const {
    ++outcome.files;
    outcome.bytes.add(kind_told_by_name(file.name, types()), file.node.bytes);
  }

  void count_all(Outcome& outcome) const {
    for (const InspectedFile& file : look_.seen.files) count(file, outcome);
  }

  void delete_all(Outcome& outcome) {
    Removal done;
    for (const InspectedFile& file : look_.seen.files) {
      if (file.name.find('/') != std::string::npos) {
        count(file, outcome);  // goes with its directory, below
        continue;
      }
      const int error = remove_file(look_.directory.get(), file.name.c_str(), file.node, done);
      if (error == 0)
        count(file, outcome);
      else if (error != ENOENT)
        note(shop_.line(change_.key, file.name, error_text(error)), outcome);
    }
    remove_directory(done, outcome);
    outcome.freed = done.freed;
  }

  void remove_directory(Removal& done, Outcome& outcome) {
    if (outcome.status == Status::failed) return;
    int error = remove_directory_at(place_, key());
    if (error == 0) {
      done.freed += look_.node.allocated;
      return;
    }
    remove_tree(place_, key(), done);
    if (!done.failures.empty()) note(done.failures.front(), outcome);
  }

  static void note(std::string line, Outcome& outcome) {
    if (outcome.status == Status::failed) return;
    outcome.status = Status::failed;
    outcome.detail = std::move(line) + "; the next change of this cache deletes the rest";
  }

  EditorShop& shop_;
  const Change& change_;
  const EntryLook& look_;
  int place_ = -1;
};

}  // namespace

Outcome remove_entry(EditorShop& shop, const Change& change) {
  const EntryLook look = look_at_entry(shop.root.descriptor(), change.key);
  if (auto refused = shop.refuse(change, look)) return std::move(*refused);
  if (auto stranger = find_stranger(look, change.key, shop.options.naming.file_types))
    return kept(KeptReason::foreign_file, std::move(*stranger));
  if (auto refused = refuse_twin(shop, change, look)) return std::move(*refused);
  return Removing(shop, change, look).run();
}

}  // namespace tcm::cache
