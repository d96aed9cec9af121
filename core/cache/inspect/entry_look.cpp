// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/entry_look.hpp"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/writer.hpp"
#include "core/cache/read/entry_files.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::KeptReason;

/// Lists one entry, and fills what the look tells.
class EntryListing {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

 public:
  explicit EntryListing(EntryLook& look) : look_(look), seen_(look.seen) {}

  void list(int root, const std::string& key) {
    int error = disk::open_own_directory_at(root, key.c_str(), look_.directory);
    if (error == 0) error = disk::stat_of(look_.directory.get(), look_.node);
    if (error != 0) return closed(root, key, error);
    const disk::Node& node = look_.node;
    seen_.stamp = {node.inode, node.mtime_ns, node.ctime_ns, true};
    seen_.newest_ns = node.mtime_ns;
    seen_.allocated = node.allocated;
    list_entry(look_.directory.get(), key);
    find_owner(root);
    finish();
  }

 private:
  void find_owner(int root) {
    const ::uid_t user = ::geteuid();
    if (user == 0) return;
    for (const InspectedFile& file : seen_.files)
      if (is_group(file.name) && file.node.uid != user) seen_.other_user = file.node.uid;
    if (look_.node.uid == user) return;
    seen_.other_user = look_.node.uid;
    disk::Node above;
    // A directory that moves gets another "..", so that it has to be writable itself.
    const bool writable = ::faccessat(look_.directory.get(), ".", W_OK | X_OK, AT_EACCESS) == 0;
    seen_.removable = writable && disk::stat_of(root, above) == 0 && ((above.mode & S_ISVTX) == 0 || above.uid == user);
  }

  void refuse(KeptReason reason, std::string_view name, std::string_view what) {
    if (seen_.untouchable) return;
    seen_.untouchable = reason;
    seen_.detail = name.empty() ? std::string(what) : fmt::format("{}: {}", util::escape_control(name), what);
  }

  void closed(int root, const std::string& key, int error) {
    disk::Node node;
    const bool there = disk::stat_at(root, key.c_str(), node) == 0;
    if (error == ENOENT)
      refuse(KeptReason::gone, {}, "not there any more");
    else if (there && node.type == disk::NodeType::link)
      refuse(KeptReason::symlink, {}, "symbolic link, not followed");
    else if (there && node.type != disk::NodeType::directory)
      refuse(KeptReason::foreign_file, {}, "not a directory");
    else
      refuse_for(error, {});
  }

  void refuse_for(int error, std::string_view name) {
    if (error == EXDEV)
      refuse(KeptReason::mount_point, name, "another file system is mounted there");
    else
      refuse(KeptReason::unreadable, name, util::error_text(error));
  }

  void list_entry(int directory, const std::string& key) {
    std::vector<std::pair<std::string, std::size_t>> below;  // and which of the temporaries it is
    const int error = disk::list_directory(directory, disk::list_buffer(), [&](const char* name, disk::NodeType) {
      if (has_enough()) return false;
      disk::Node node;
      if (const int failed = disk::stat_at(directory, name, node); failed != 0) {
        if (failed != ENOENT) refuse_for(failed, name);
        return true;
      }
      take(name, node);
      const bool is_directory = node.type == disk::NodeType::directory;
      const bool temporary = is_directory ? is_temporary_directory(name)
                                          : node.type == disk::NodeType::file && is_temporary_file_in(key, name);
      if (is_directory) below.emplace_back(name, temporary ? look_.temporaries.size() : kNone);
      if (temporary)
        look_.temporaries.push_back({name, is_directory, node.mtime_ns, {}});
      else if (is_directory)
        seen_.nested.emplace_back(name);
      return true;
    });
    if (error != 0) refuse_for(error, {});
    for (const auto& [name, temporary] : below) {
      newest_ns_ = 0;
      list_below(directory, name, name + '/', 1);
      seen_.newest_ns = std::max(seen_.newest_ns, newest_ns_);
      if (temporary == kNone) continue;
      std::int64_t& newest = look_.temporaries[temporary].newest_ns;
      newest = std::max(newest, newest_ns_);
    }
  }

  // `prefix` ends with a slash.
  void list_below(int parent, const std::string& name, const std::string& prefix, int depth) {
    if (depth > kMaxEntryDepth)
      return refuse(KeptReason::unreadable, prefix, fmt::format("more than {} directories deep", kMaxEntryDepth));
    util::Fd directory;
    if (const int error = disk::open_own_directory_at(parent, name.c_str(), directory); error != 0) {
      if (error != ENOENT) refuse_for(error, prefix);
      return;
    }
    std::vector<std::string> below;
    const int error = disk::list_directory(directory.get(), disk::list_buffer(), [&](const char* item, disk::NodeType) {
      if (has_enough()) return false;
      disk::Node node;
      if (const int failed = disk::stat_at(directory.get(), item, node); failed != 0) {
        if (failed != ENOENT) refuse_for(failed, prefix + item);
        return true;
      }
      take(prefix + item, node);
      if (node.type != disk::NodeType::directory) return true;
      below.emplace_back(item);
      // Writers put files into their temporaries, no directories.
      if (is_of_a_temporary(prefix)) seen_.nested.push_back(prefix + item);
      return true;
    });
    if (error != 0) refuse_for(error, prefix);
    for (const std::string& item : below) list_below(directory.get(), item, prefix + item + '/', depth + 1);
  }

  bool has_enough() {
    if (count_ < kMaxEntryFiles) return false;
    refuse(KeptReason::unreadable, {}, fmt::format("more than {} files", kMaxEntryFiles));
    return true;
  }

  void take(std::string name, const disk::Node& node) {
    ++count_;
    if (node.mount_point) refuse_for(EXDEV, name);
    seen_.allocated += node.allocated;
    newest_ns_ = std::max(newest_ns_, node.mtime_ns);
    if (node.type == disk::NodeType::directory && is_of_a_temporary(name))
      seen_.temporary_directories += node.allocated;
    if (node.type == disk::NodeType::file)
      seen_.files.push_back({std::move(name), node});
    else if (node.type != disk::NodeType::directory)
      (node.type == disk::NodeType::link ? seen_.links : seen_.devices).push_back(std::move(name));
  }

  void finish() {
    std::sort(seen_.files.begin(), seen_.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    std::sort(look_.temporaries.begin(), look_.temporaries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (Temporary& temporary : look_.temporaries) {
      seen_.newest_ns = std::max(seen_.newest_ns, temporary.newest_ns);
      seen_.temporaries.push_back(temporary.name);
      const auto pid = writer_of(temporary.name);
      if (!pid || !is_live_writer(*pid, temporary.newest_ns)) continue;
      temporary.writer = fmt::format("pid {}", *pid);
      if (seen_.writer.empty()) seen_.writer = temporary.writer;
    }
    seen_.last_use_ns = seen_.files.empty() ? look_.node.mtime_ns : 0;
    for (const InspectedFile& file : seen_.files)
      seen_.last_use_ns = std::max({seen_.last_use_ns, file.node.atime_ns, file.node.mtime_ns});
  }

  EntryLook& look_;
  Inspection& seen_;
  std::size_t count_ = 0;       // of names
  std::int64_t newest_ns_ = 0;  // of what was taken since it was set
};

}  // namespace

EntryLook look_at_entry(int root, const std::string& key) {
  EntryLook look;
  if (is_file_name(key)) {
    EntryListing(look).list(root, key);
  } else {
    look.seen.untouchable = KeptReason::foreign_file;
    look.seen.detail = "not a file name";
  }
  return look;
}

Inspection inspect(const Root& root, const std::string& key) {
  return std::move(look_at_entry(root.descriptor(), key).seen);
}

}  // namespace tcm::cache
