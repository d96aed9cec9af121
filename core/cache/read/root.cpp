// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/root.hpp"

#include <array>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/read/entry_reader.hpp"
#include "core/cache/read/stamp.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

using model::EntryKind;
using model::SkipReason;

constexpr int kMaxReadings = 4;  // the first, and three more when the entry keeps changing

// A directory's time says nothing of what goes on in its subdirectories. Triton's hold one file while it is written.
constexpr std::int64_t kNestedYouth = 600 * util::kSecond;

bool nested_settled(const EntryFiles& files, EntryKind kind, std::int64_t now) {
  if (files.directories.empty()) return true;
  return kind != EntryKind::foreign && now - files.newest_nested_ns >= kNestedYouth;
}

model::Entry lone(const std::string& key, EntryKind kind, SkipReason problem, std::string detail) {
  model::Entry entry;
  entry.key = key;
  model::Record record;
  record.kind = kind;
  record.problem = problem;
  record.problem_detail = std::move(detail);
  entry.records.push_back(std::move(record));
  return entry;
}

model::Entry vanished(const std::string& key) {
  return lone(key, EntryKind::empty, SkipReason::vanished, "gone before it was read");
}

// An entry that could not be opened or listed.
model::Entry closed(int root, const std::string& key, int error) {
  disk::Node node;
  const int failed = disk::stat_at(root, key.c_str(), node);
  if (error == ENOENT || failed == ENOENT) return vanished(key);
  model::Entry entry;
  if (failed == 0 && node.type == disk::NodeType::link)
    entry = lone(key, EntryKind::foreign, SkipReason::symlink, "symbolic link, not followed");
  else if (failed == 0 && node.type != disk::NodeType::directory)
    entry = lone(key, EntryKind::foreign, SkipReason::not_an_entry, "not a directory");
  else
    entry = lone(key, EntryKind::broken, SkipReason::unreadable, std::string(util::error_text(error)));
  entry.stamp = {node.inode, node.mtime_ns, node.ctime_ns, entry.records.front().kind != EntryKind::broken};
  return entry;
}

}  // namespace

Result<Root> Root::open(const std::string& path) {
  util::Fd directory;
  if (path.find('\0') != std::string::npos) return fail(ErrorCode::failed, "cache root: its path holds a NUL byte");
  disk::Node node;
  int error = path.starts_with('/') ? disk::open_resolved_directory(path.c_str(), directory)
                                    : disk::open_directory_at(AT_FDCWD, path.c_str(), directory);
  if (error == 0) error = disk::stat_of(directory.get(), node);
  if (error == 0) return Root(path, std::move(directory), {node.device, node.inode});
  if (error == ELOOP) return fail(ErrorCode::failed, path + ": symbolic link; give the directory that it points to");
  return util::system_error(path + ": cannot open the cache root", error);
}

Result<void> Root::scan(const std::function<bool(const RootItem&)>& each,
                        const std::function<void(std::string_view name, std::string reason)>& unreadable) const {
  // A descriptor of its own: the position of a listing belongs to the open file, which threads share.
  util::Fd listed;
  int error = disk::open_directory_at(directory_.get(), ".", listed);
  const auto buffer = std::make_unique<disk::ListBuffer>();
  if (error == 0)
    error = disk::list_directory(listed.get(), *buffer, [&](const char* name, disk::NodeType) {
      if (std::string_view(name) == kTrashName) return true;
      disk::Node node;
      if (const int failed = disk::stat_at(listed.get(), name, node); failed != 0) {
        if (failed != ENOENT) unreadable(name, std::string(util::error_text(failed)));
        return true;
      }
      RootItem item;
      item.name = name;
      item.inode = node.inode;
      item.mtime_ns = node.mtime_ns;
      item.ctime_ns = node.ctime_ns;
      item.bytes = node.bytes;
      switch (node.type) {
        case disk::NodeType::directory: item.type = RootItem::Type::directory; break;
        case disk::NodeType::file: item.type = RootItem::Type::file; break;
        case disk::NodeType::link: item.type = RootItem::Type::link; break;
        case disk::NodeType::other: item.type = RootItem::Type::other; break;
      }
      return each(item);
    });
  if (error == 0) return {};
  return util::system_error(path_ + ": cannot list the cache root", error);
}

model::Entry Root::read_entry(const std::string& key, const Naming& naming) const {
  if (!is_file_name(key)) return lone(key, EntryKind::foreign, SkipReason::not_an_entry, "not a file name");
  model::OwnReading left;
  for (int reading = 1;; ++reading) {
    util::Fd directory;
    disk::Node before;
    int error = disk::open_directory_at(directory_.get(), key.c_str(), directory);
    if (error == 0) error = disk::stat_of(directory.get(), before);
    if (error != 0) return closed(directory_.get(), key, error);

    const std::int64_t now = util::now_ns();
    model::Entry entry;
    entry.key = key;
    entry.stamp = stamp_of(before, now);
    EntryReader reader(directory.get(), key, naming);
    error = reader.read(entry.records);
    if (error != 0) return closed(directory_.get(), key, error);
    left.add(reader.reading());
    entry.reading = left;

    disk::Node after;
    error = disk::stat_at(directory_.get(), key.c_str(), after);
    if (error == ENOENT || (error == 0 && after.type != disk::NodeType::directory)) return vanished(key);
    const bool same =
        error == 0 && after.inode == before.inode && after.ctime_ns == before.ctime_ns && !reader.changed();
    if (!same && reading < kMaxReadings) continue;
    entry.stamp.settled &=
        same && !reader.try_again() && nested_settled(reader.files(), entry.records.front().kind, now);
    return entry;
  }
}

Result<std::int64_t> Root::read_artifact(const std::string& key, const std::string& name, std::size_t limit,
                                         std::string& bytes) const {
  if (!is_file_name(key) || !is_file_name(name)) return fail(ErrorCode::missing, "not a file name");
  util::Fd directory;
  if (const int error = disk::open_directory_at(directory_.get(), key.c_str(), directory); error != 0)
    return fail(util::error_code_of(error), std::string(util::error_text(error)));
  const disk::ReadOutcome outcome = disk::read_file_at(directory.get(), name.c_str(), limit, bytes);
  switch (outcome.status) {
    case disk::ReadStatus::ok: return outcome.left_ns;
    case disk::ReadStatus::too_large:
      return fail(ErrorCode::failed, fmt::format("{} bytes; at most {} are read", outcome.bytes, limit));
    case disk::ReadStatus::not_a_file: return fail(ErrorCode::missing, "not a regular file");
    case disk::ReadStatus::failed: break;
  }
  return fail(util::error_code_of(outcome.error), std::string(util::error_text(outcome.error)));
}

Result<void> Root::read_in_pieces(const std::string& key, const std::string& name, std::uint64_t limit,
                                  const std::function<void(std::string_view piece)>& each) const {
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  thread_local std::array<char, kPiece> buffer;
  if (!is_file_name(key) || !is_file_name(name)) return fail(ErrorCode::missing, "not a file name");
  util::Fd directory;
  int error = disk::open_directory_at(directory_.get(), key.c_str(), directory);
  if (error == 0) error = disk::read_file_in_pieces(directory.get(), name.c_str(), limit, buffer, each);
  if (error == 0) return {};
  return fail(util::error_code_of(error), std::string(util::error_text(error)));
}

}  // namespace tcm::cache
