// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/user.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

Finding finding(FindingId id, std::string_view file, std::string detail) {
  Finding made;
  made.id = id;
  made.severity = severity_of(id, LookupOutcome::hit);
  made.repair = text_of(id).repair;
  made.file = util::escape_control(file);
  made.detail = std::move(detail);
  return made;
}

/// What a directory is for what is checked: in a sticky one above a cache others cannot replace what is not theirs; in
/// the cache itself they can add entries, which are run.
enum class Place : std::uint8_t { cache, above };

/// Who may write to it besides its owner; empty when nobody does.
std::string other_writers(const disk::Node& node, Place place) {
  if (node.type == disk::NodeType::link) return {};
  const bool sticky = node.type == disk::NodeType::directory && (node.mode & S_ISVTX) != 0;
  if (sticky && place == Place::above) return {};
  if ((node.mode & S_IWOTH) != 0) return "anyone may write to it";
  // Many systems give each user a group of his own.
  if ((node.mode & S_IWGRP) != 0 && node.gid != 0 && node.gid != ::getegid()) return "its group may write to it";
  return {};
}

void check_node(const disk::Node& node, std::string_view name, std::vector<Finding>& found,
                Place place = Place::cache) {
  if (node.uid != 0 && node.uid != ::geteuid())
    found.push_back(
        finding(FindingId::trust_owner, name, "owned by " + util::escape_control(util::user_name(node.uid))));
  if (std::string writers = other_writers(node, place); !writers.empty())
    found.push_back(
        finding(FindingId::trust_writable, name, fmt::format("{} (mode {:04o})", writers, node.mode & 07777)));
  if (node.type == disk::NodeType::link) found.push_back(finding(FindingId::trust_link, name, {}));
}

}  // namespace

std::vector<Finding> check_ancestors(const std::string& path) {
  std::vector<Finding> found;
  for (std::string above = path; !above.empty();) {
    disk::Node node;
    if (disk::stat_at(AT_FDCWD, above.c_str(), node) == 0)
      check_node(node, above, found, above == path ? Place::cache : Place::above);
    if (above == "/") break;
    const std::size_t slash = above.rfind('/');
    if (slash == std::string::npos) break;
    above.resize(slash == 0 ? 1 : slash);
  }
  return found;
}

std::vector<Finding> check_owners(int entry, const EntryFiles& files) {
  std::vector<Finding> found;
  disk::Node node;
  if (disk::stat_of(entry, node) == 0) check_node(node, {}, found);
  const auto check = [&](const std::string& name) {
    if (disk::stat_at(entry, name.c_str(), node) == 0) check_node(node, name, found);
  };
  for (const EntryFile& file : files.files)
    if (!file.nested()) check(file.name);
  for (const std::string& name : files.directories) check(name);
  for (const std::string& name : files.others) check(name);
  return found;
}

}  // namespace tcm::cache
