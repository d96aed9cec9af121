// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/member_path.hpp"

#include <algorithm>
#include <vector>

#include "core/cache/format/file_names.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // NAME_MAX of Linux
constexpr std::size_t kMaxParts = 16;
constexpr std::size_t kMaxPathBytes = 4096;

// ".wh.": a layer says with it that something below is gone.
constexpr std::string_view kWhiteout = ".wh.";

tl::unexpected<std::string> refused(std::string_view path, std::string_view why) {
  std::string shown = util::escape_control(path.substr(0, kMaxNameBytes));
  return tl::unexpected<std::string>(shown + ": " + std::string(why));
}

/// As nearly all are: it need not be looked at as UTF-8.
bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
}

bool can_be_a_name(std::string_view name) {
  if (!is_file_name(name) || name.size() > kMaxNameBytes) return false;
  return is_plain(name) || (util::is_valid_utf8(name) && util::escape_control(name) == name);
}

}  // namespace

bool is_packed_name(std::string_view name) { return can_be_a_name(name) && !name.starts_with('.'); }

bool is_packed_root(std::string_view root) {
  if (root.empty()) return true;
  const auto parts = util::split(root, '/');
  return parts.size() <= kMaxParts - 2 && std::all_of(parts.begin(), parts.end(), is_packed_name);
}

tl::expected<MemberPath, std::string> parse_member(std::string_view path, bool is_directory) {
  if (path.empty()) return refused(path, "a member without a name");
  if (path.size() > kMaxPathBytes) return refused(path, "a path longer than any");
  if (path.starts_with('/')) return refused(path, "an absolute path");
  std::vector<std::string_view> parts;
  for (const std::string_view part : util::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return refused(path, "a path that leads out of the cache");
    if (part.starts_with(kWhiteout)) return refused(path, "says that something is gone, which no cache does");
    if (!can_be_a_name(part)) return refused(path, "a name that no file of a cache has");
    parts.push_back(part);
  }
  if (parts.size() > kMaxParts) return refused(path, "directories nested too deeply");
  MemberPath member;
  if (!is_directory) {
    if (parts.empty()) return refused(path, "a file without a name");
    member.file = parts.back();
    parts.pop_back();
  }
  if (!parts.empty()) {
    member.key = parts.back();
    parts.pop_back();
  }
  for (const std::string_view part : parts) {
    if (!member.root.empty()) member.root += '/';
    member.root += part;
  }
  return member;
}

std::string member_path(std::string_view root, std::string_view key, std::string_view file) {
  std::string path(root);
  if (!path.empty()) path += '/';
  ((path += key) += '/') += file;
  return path;
}

}  // namespace tcm::cache
