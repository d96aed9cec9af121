// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/entry_files.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

void note_unreadable(EntryFiles& found, std::string_view name, int error) {
  if (error == ENOENT)
    found.changed = true;
  else if (found.unreadable.empty())
    found.unreadable = fmt::format("{}: {}", util::escape_control(name), util::error_text(error));
}

// Counts one more name.
bool has_enough(EntryFiles& found) {
  found.too_many |= ++found.listed > kMaxEntryFiles;
  return found.too_many;
}

void add_file(EntryFiles& found, std::string name, std::size_t base, const disk::Node& node) {
  found.newest_nested_ns = std::max(found.newest_nested_ns, node.mtime_ns);
  if (node.type != disk::NodeType::file) return;
  EntryFile file;
  file.name = std::move(name);
  file.base = base;
  file.bytes = node.bytes;
  file.atime_ns = node.atime_ns;
  file.sized = true;
  found.files.push_back(std::move(file));
}

// `prefix` ends with a slash.
void list_nested(int parent, const char* name, const std::string& prefix, int depth, EntryFiles& found) {
  if (depth > kMaxEntryDepth) {
    found.too_deep = true;
    return;
  }
  util::Fd directory;
  disk::Node node;
  int error = disk::open_directory_at(parent, name, directory);
  if (error == 0) error = disk::stat_of(directory.get(), node);
  if (error != 0) return note_unreadable(found, prefix, error);
  found.newest_nested_ns = std::max(found.newest_nested_ns, node.mtime_ns);

  // Listed whole before any below it: the thread has one buffer.
  std::vector<std::string> below;
  error = disk::list_directory(directory.get(), disk::list_buffer(), [&](const char* item, disk::NodeType type) {
    if (has_enough(found)) return false;
    if (type == disk::NodeType::directory) {
      below.emplace_back(item);
    } else if (type == disk::NodeType::file) {
      disk::Node of_file;
      if (const int failed = disk::stat_at(directory.get(), item, of_file); failed != 0)
        note_unreadable(found, prefix + item, failed);
      else
        add_file(found, prefix + item, prefix.size(), of_file);
    }
    return true;
  });
  if (error != 0) note_unreadable(found, prefix, error);
  for (const std::string& item : below) {
    if (found.too_many) return;
    list_nested(directory.get(), item.c_str(), prefix + item + '/', depth + 1, found);
  }
}

bool by_name(const EntryFile& a, std::string_view b) { return a.name < b; }

}  // namespace

const EntryFile* EntryFiles::find(std::string_view name) const {
  const auto at = std::lower_bound(files.begin(), files.end(), name, by_name);
  return at != files.end() && at->name == name ? &*at : nullptr;
}

EntryFile* EntryFiles::find(std::string_view name) { return const_cast<EntryFile*>(std::as_const(*this).find(name)); }

bool EntryFiles::has_other(std::string_view name) const {
  return std::find(others.begin(), others.end(), name) != others.end();
}

int list_entry(int directory, EntryFiles& found) {
  const int error = disk::list_directory(directory, disk::list_buffer(), [&](const char* name, disk::NodeType type) {
    if (has_enough(found)) return false;
    switch (type) {
      case disk::NodeType::file:
        found.files.emplace_back();
        found.files.back().name = name;
        break;
      case disk::NodeType::directory: found.directories.emplace_back(name); break;
      case disk::NodeType::link:
      case disk::NodeType::other: found.others.emplace_back(name); break;
    }
    return true;
  });
  if (error != 0) return error;
  for (const std::string& name : found.directories)
    if (!found.too_many) list_nested(directory, name.c_str(), name + '/', 1, found);
  std::sort(found.files.begin(), found.files.end(),
            [](const EntryFile& a, const EntryFile& b) { return a.name < b.name; });
  return 0;
}

void size_files(int directory, EntryFiles& found) {
  for (EntryFile& file : found.files) {
    if (file.sized) continue;
    disk::Node node;
    const int error = disk::stat_at(directory, file.name.c_str(), node);
    file.sized = true;
    if (error != 0) {
      note_unreadable(found, file.name, error);
    } else if (node.type != disk::NodeType::file) {
      found.changed = true;
    } else {
      file.bytes = node.bytes;
      file.atime_ns = node.atime_ns;
    }
  }
}

}  // namespace tcm::cache
