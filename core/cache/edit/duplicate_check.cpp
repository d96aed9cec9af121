// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/duplicate_check.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/cache/edit/edit_context.hpp"
#include "core/cache/format/file_names.hpp"
#include "core/disk/directory.hpp"
#include "core/disk/same_bytes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// Why the binaries are not the same; empty when they are.
std::string difference(const Duplicate& stays, int its_directory, const EntryLook& look) {
  if (!is_file_name(stays.binary) || !is_file_name(stays.own_binary)) return "has no binary of that name";
  util::Fd theirs;
  util::Fd ours;
  disk::Node their_node;
  disk::Node our_node;
  bool same = false;
  int error = disk::open_file_at(its_directory, stays.binary.c_str(), theirs, their_node);
  if (error == 0) error = disk::open_file_at(look.directory.get(), stays.own_binary.c_str(), ours, our_node);
  if (error == 0) error = disk::same_bytes(theirs.get(), their_node, ours.get(), our_node, same);
  if (error != 0) return std::string(util::error_text(error));
  return same ? std::string() : "its binary is another one";
}

// Why the entry that was looked at would go without an equal; empty when that is there.
std::string difference(const Root& root, const Duplicate& stays, const EntryLook& look) {
  util::Fd directory;
  disk::Node node;
  int error =
      is_file_name(stays.key) ? disk::open_own_directory_at(root.descriptor(), stays.key.c_str(), directory) : ENOENT;
  if (error == 0) error = disk::stat_of(directory.get(), node);
  if (error != 0) return std::string(util::error_text(error));
  const model::EntryStamp stamp{node.inode, node.mtime_ns, node.ctime_ns, true};
  if (!stamp.same_state(stays.stamp) || node.inode == look.node.inode) return "changed since the plan";
  if (stays.binary.empty() && stays.own_binary.empty()) return {};
  return difference(stays, directory.get(), look);
}

}  // namespace

std::optional<Outcome> refuse_without_duplicate(const Root& root, const Change& change, const EntryLook& look) {
  if (!change.duplicate_of) return std::nullopt;
  const std::string why = difference(root, *change.duplicate_of, look);
  if (why.empty()) return std::nullopt;
  return kept(model::KeptReason::twin_changed,
              fmt::format("{}: {}", util::escape_control(change.duplicate_of->key), why));
}

}  // namespace tcm::cache
