// SPDX-License-Identifier: Apache-2.0
#include "core/disk/tree_removal.hpp"

#include <mutex>

#include <fmt/format.h>

#include "core/disk/file_changes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::disk {
namespace {

/// Where a tree is being deleted. A path is made of it only for a failure.
struct Place {
  const Place* above = nullptr;
  const char* name = nullptr;
  int depth = 0;

  std::string path() const {
    return above ? above->path() + '/' + util::escape_control(name) : util::escape_control(name);
  }
};

void note(const Place& place, std::string_view what, Removal& done) {
  done.complete = false;
  if (done.failures.size() < kMaxFailuresTold) done.failures.push_back(fmt::format("{}: {}", place.path(), what));
}

// One string with all names, each with its NUL: an entry of eight files costs one allocation. Listed before anything is
// deleted, as not every file system lists on when the directory changes.
int list_names(int directory, std::string& names) {
  names.clear();
  return list_directory(directory, list_buffer(), [&names](const char* name, NodeType) {
    names.append(name, std::strlen(name) + 1);
    return true;
  });
}

void remove_at(int parent, const Place& place, Removal& done);

void remove_all_in(int parent, const Place& place, Removal& done) {
  util::Fd directory;
  if (place.depth > kMaxTreeDepth)
    return note(place, fmt::format("more than {} directories deep", kMaxTreeDepth), done);
  if (const int error = open_own_directory_at(parent, place.name, directory); error != 0)
    return note(place, error == EXDEV ? "another file system is mounted there" : util::error_text(error), done);
  std::string names;
  if (const int error = list_names(directory.get(), names); error != 0)
    return note(place, util::error_text(error), done);
  for (std::size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1)
    remove_at(directory.get(), {&place, names.c_str() + at, place.depth + 1}, done);
}

void remove_at(int parent, const Place& place, Removal& done) {
  Node node;
  int error = stat_at(parent, place.name, node);
  if (error == ENOENT) return;
  if (error == 0 && node.type != NodeType::directory) {
    error = remove_file(parent, place.name, node, done);
  } else if (error == 0) {
    const bool was_complete = done.complete;
    done.complete = true;
    remove_all_in(parent, place, done);
    const bool emptied = done.complete;
    done.complete = emptied && was_complete;
    if (!emptied) return;
    error = remove_directory_at(parent, place.name);
    if (error == 0) done.freed += node.allocated;
  }
  if (error != 0 && error != ENOENT) note(place, util::error_text(error), done);
}

}  // namespace

int remove_file(int directory, const char* name, const Node& node, Removal& done) {
  // Its other links may have gone since it was looked at, maybe by our own hand: one thread looks and deletes at a
  // time, so that one of them sees that it deletes the last.
  static std::mutex linked;
  std::unique_lock lock(linked, std::defer_lock);
  Node now = node;
  if (node.links > 1) {
    lock.lock();
    if (stat_at(directory, name, now) != 0) now = node;
  }
  if (const int error = unlink_at(directory, name); error != 0) return error;
  ++done.files;
  if (now.links == 1) done.freed += now.allocated;
  return 0;
}

void remove_tree(int parent, const char* name, Removal& done) { remove_at(parent, {nullptr, name, 0}, done); }

}  // namespace tcm::disk
