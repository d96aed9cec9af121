// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/leftover_sweep.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

/// The temporaries of one entry.
class EntrySweep {
 public:
  EntrySweep(EditContext& context, const Change& change, EntryLook& look)
      : context_(context), change_(change), look_(look) {}

  Outcome run() {
    Outcome outcome;
    std::optional<Outcome> left;
    for (const Temporary& temporary : look_.temporaries) {
      if (auto refused = refuse(temporary)) {
        swept_all_ = false;
        if (!left) left = std::move(refused);
      } else if (!remove(temporary, outcome)) {
        break;
      }
    }
    if (outcome.status == Status::failed) return finish(std::move(outcome));
    if (!swept_ && left) return std::move(*left);
    if (is_empty_now() && may_go()) remove_entry(outcome);
    return finish(std::move(outcome));
  }

 private:
  std::optional<Outcome> refuse(const Temporary& temporary) const {
    if (!temporary.writer.empty()) return kept(KeptReason::in_use, temporary.writer);
    if (std::string user = context_.used.user_of(look_.seen.files); !user.empty())
      return kept(KeptReason::in_use, std::move(user));
    if (auto foreign = foreign_in_temporaries(look_.seen, change_.key, context_.options.naming.types(), temporary.name);
        foreign && temporary.is_directory)
      return kept(KeptReason::foreign_file, util::escape_control(*foreign));
    if (context_.is_young(temporary.newest_ns)) return kept(KeptReason::young, util::escape_control(temporary.name));
    return std::nullopt;
  }

  bool remove(const Temporary& temporary, Outcome& outcome) {
    const std::uint64_t bytes = bytes_of(temporary);
    disk::Removal done;
    int error = 0;
    if (temporary.is_directory)
      error = remove_directory(temporary, outcome, done);
    else if (const InspectedFile* file = find(temporary.name))
      error = disk::remove_file(look_.directory.get(), temporary.name.c_str(), file->node, done);
    outcome.files += done.files;
    outcome.freed += done.freed;
    if (error == ENOENT) return true;
    if (error != 0) {
      fail(temporary, fmt::format("cannot be deleted: {}", util::error_text(error)), outcome);
      outcome.error = util::error_code_of(error);
    }
    if (outcome.status == Status::failed) return false;
    swept_ = true;
    outcome.bytes.add(model::ArtifactKind::other, bytes);
    return true;
  }

  void fail(const Temporary& temporary, std::string_view what, Outcome& outcome) const {
    if (outcome.status == Status::failed) return;
    outcome.status = Status::failed;
    outcome.detail = context_.line(change_.key, temporary.name, what);
  }

  // Out of the entry in one step, so that nothing half deleted stays in it.
  int remove_directory(const Temporary& temporary, Outcome& outcome, disk::Removal& done) {
    const auto scratch = context_.trash.scratch();
    if (!scratch && scratch.error().code == ErrorCode::no_space) return remove_in_place(temporary, outcome, done);
    if (!scratch) {
      outcome.status = Status::failed;
      outcome.detail = scratch.error().message;
      return 0;
    }
    const std::string place = fmt::format("swept.{}", count_++);
    const int error = disk::move_directory(look_.directory.get(), temporary.name.c_str(), *scratch, place.c_str());
    if (util::is_no_space(error)) return remove_in_place(temporary, outcome, done);
    if (error != 0) return error;
    swept_ = true;
    disk::remove_tree(*scratch, place.c_str(), done);
    if (done.failures.empty()) return 0;
    fail(temporary, done.failures.front(), outcome);
    context_.trash.renew_scratch();
    return 0;
  }

  // A full disk has no place to move it to. Half of a temporary is a temporary, which the next run finds.
  int remove_in_place(const Temporary& temporary, Outcome& outcome, disk::Removal& done) {
    swept_ = true;
    disk::remove_tree(look_.directory.get(), temporary.name.c_str(), done);
    if (!done.failures.empty()) fail(temporary, done.failures.front(), outcome);
    return 0;
  }

  const InspectedFile* find(const std::string& name) const {
    for (const InspectedFile& file : look_.seen.files)
      if (file.name == name) return &file;
    return nullptr;
  }

  std::uint64_t bytes_of(const Temporary& temporary) const {
    std::uint64_t bytes = 0;
    for (const InspectedFile& file : look_.seen.files)
      if (file.name == temporary.name ||
          (temporary.is_directory && file.name.starts_with(temporary.name) && file.name[temporary.name.size()] == '/'))
        bytes += file.node.bytes;
    return bytes;
  }

  bool is_empty_now() const {
    const auto lasts = [this](const InspectedFile& file) {
      return std::none_of(look_.temporaries.begin(), look_.temporaries.end(), [&file](const Temporary& temporary) {
        return file.name == temporary.name ||
               (file.name.starts_with(temporary.name) && file.name[temporary.name.size()] == '/');
      });
    };
    return swept_all_ && look_.seen.nested.empty() &&
           std::none_of(look_.seen.files.begin(), look_.seen.files.end(), lasts);
  }

  // An empty directory is what a look-up leaves, but only one with the name of a key.
  bool may_go() const {
    return (swept_ || !context_.is_young(look_.node.mtime_ns)) &&
           (swept_ || key_encoding(change_.key) || is_temporary_entry(change_.key));
  }

  // The system refuses when somebody put something into it meanwhile, so nothing is lost.
  void remove_entry(Outcome& outcome) {
    const int error = disk::remove_directory_at(context_.root.descriptor(), change_.key.c_str());
    if (error == ENOTEMPTY || error == EEXIST) return;
    if (error != 0 && error != ENOENT) {
      outcome = context_.failed(change_.key, {}, "cannot be deleted", error);
      return;
    }
    outcome.gone = true;
    if (error == 0) outcome.freed += look_.node.allocated;
  }

  Outcome finish(Outcome outcome) {
    if (outcome.gone || !swept_) return outcome;
    put_time_back(look_, outcome);
    context_.read_again(change_, outcome);
    return outcome;
  }

  EditContext& context_;
  const Change& change_;
  EntryLook& look_;
  bool swept_ = false;
  bool swept_all_ = true;
  int count_ = 0;
};

}  // namespace

Outcome sweep_entry(EditContext& context, const Change& change) {
  EntryLook look = look_at_entry(context.root.descriptor(), change.key);
  if (auto refused = context.refuse_changed(change, look)) return std::move(*refused);
  if (auto refused = context.refuse_links(look)) return std::move(*refused);
  return EntrySweep(context, change, look).run();
}

}  // namespace tcm::cache
