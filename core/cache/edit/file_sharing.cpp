// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/file_sharing.hpp"

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/disk/directory.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/same_bytes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr const char* kLinkName = "link";

/// One file, open so that it stays what was compared.
struct Held {
  util::Fd directory;
  util::Fd file;
  disk::Node node;
};

bool unchanged(const disk::Node& a, const disk::Node& b) {
  return a.type == b.type && a.inode == b.inode && a.device == b.device && a.ctime_ns == b.ctime_ns &&
         a.bytes == b.bytes;
}

/// The files of one entry.
class EntryShare {
 public:
  EntryShare(EditContext& context, const Change& change, const EntryLook& look)
      : context_(context), change_(change), look_(look) {}

  Outcome run() {
    for (const Share& share : change_.shares) {
      this->share(share);
      if (outcome_.status == Status::failed) break;
    }
    if (!changed_) return std::move(outcome_);
    put_time_back(look_, outcome_);
    context_.read_again(change_, outcome_);
    return std::move(outcome_);
  }

 private:
  void skip(const Share& share, std::string_view why) {
    if (outcome_.detail.empty()) outcome_.detail = fmt::format("{}: {}", util::escape_control(share.name), why);
  }

  void fail(const Share& share, std::string_view what, int error) {
    Outcome failed = context_.failed(change_.key, share.name, what, error);
    outcome_.status = Status::failed;
    outcome_.error = failed.error;
    outcome_.detail = std::move(failed.detail);
  }

  static int open(int root, const std::string& key, const std::string& name, Held& held) {
    if (!is_file_name(key) || !is_file_name(name)) return ENOENT;
    if (const int error = disk::open_own_directory_at(root, key.c_str(), held.directory); error != 0) return error;
    return disk::open_file_at(held.directory.get(), name.c_str(), held.file, held.node);
  }

  // Why the two files cannot be one; empty when they can.
  static std::string_view difference(const disk::Node& own, const disk::Node& other) {
    if (own.mount_point || other.mount_point) return "is a mount point";
    if (own.device != other.device) return "lies on another file system";
    if (own.uid != other.uid || own.gid != other.gid) return "belongs to somebody else";
    if (own.mode != other.mode) return "has other permissions";
    if (own.bytes != other.bytes) return "holds something else";
    return {};
  }

  void share(const Share& share) {
    if (is_group(share.name) || is_temporary(share.name)) return skip(share, "is never shared");
    Held own;
    Held other;
    int error = open(context_.root.descriptor(), change_.key, share.name, own);
    if (error != 0) return skip(share, util::error_text(error));
    if (!share.with.root) return skip(share, "has nothing to be shared with");
    error = open(share.with.root->descriptor(), share.with.key, share.with.name, other);
    if (error != 0) return skip(share, fmt::format("the other one: {}", util::error_text(error)));
    share_with(share, own, other);
  }

  void share_with(const Share& share, const Held& own, const Held& other) {
    if (own.node.inode == other.node.inode && own.node.device == other.node.device) return;
    if (const auto why = difference(own.node, other.node); !why.empty())
      return skip(share, fmt::format("the other one {}", why));
    bool same = false;
    const int error = disk::same_bytes(own.file.get(), own.node, other.file.get(), other.node, same);
    if (error != 0) return fail(share, "cannot be read", error);
    if (!same) return skip(share, "the other one holds something else");
    const auto scratch = context_.trash.scratch();
    if (!scratch) {
      outcome_.status = Status::failed;
      outcome_.detail = scratch.error().message;
    } else if (link(share, other, *scratch)) {
      replace(share, own, other, *scratch);
    }
  }

  // Makes the new name, in the trash area.
  bool link(const Share& share, const Held& other, int scratch) {
    const int error = disk::link_file(other.directory.get(), share.with.name.c_str(), scratch, kLinkName);
    if (error == EMLINK || error == EXDEV || error == EPERM || error == EOPNOTSUPP || error == ENOENT)
      skip(share, fmt::format("cannot be a hard link: {}", util::error_text(error)));
    else if (error != 0)
      fail(share, "cannot be made a hard link", error);
    return error == 0;
  }

  void replace(const Share& share, const Held& own, const Held& other, int scratch) {
    // What was linked and what is replaced are still what was compared.
    disk::Node linked;
    disk::Node replaced;
    const bool same = disk::stat_at(scratch, kLinkName, linked) == 0 && linked.inode == other.node.inode &&
                      linked.bytes == other.node.bytes && linked.mtime_ns == other.node.mtime_ns &&
                      disk::stat_at(own.directory.get(), share.name.c_str(), replaced) == 0 &&
                      unchanged(replaced, own.node);
    const int error = same ? disk::replace_file(scratch, kLinkName, own.directory.get(), share.name.c_str()) : 0;
    if (!same || error != 0) disk::unlink_at(scratch, kLinkName);
    if (!same) return skip(share, "changed meanwhile");
    if (error != 0) return fail(share, "cannot be replaced", error);
    changed_ = true;
    ++outcome_.files;
    outcome_.bytes.add(kind_by_name(share.name, std::nullopt, context_.options.naming.types()), own.node.bytes);
    if (replaced.links == 1) outcome_.freed += replaced.allocated;
    put_time_back(look_, outcome_);
  }

  EditContext& context_;
  const Change& change_;
  const EntryLook& look_;
  Outcome outcome_;
  bool changed_ = false;
};

}  // namespace

Outcome share_files(EditContext& context, const Change& change) {
  const EntryLook look = look_at_entry(context.root.descriptor(), change.key);
  if (auto refused = context.refuse(change, look)) return std::move(*refused);
  return EntryShare(context, change, look).run();
}

}  // namespace tcm::cache
