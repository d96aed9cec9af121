// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/file_names.hpp"

#include <algorithm>
#include <string>

#include "core/cache/format/key.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr std::string_view kGroupPrefix = "__grp__";
constexpr std::string_view kJson = ".json";
constexpr std::string_view kAutotune = ".autotune.json";
constexpr std::size_t kMaxLabel = 16;

bool has_extension(std::string_view name, std::initializer_list<std::string_view> extensions) {
  const std::string_view extension = extension_of(name);
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool is_number(std::string_view text) {
  constexpr std::size_t kMaxDigits = 10;
  return !text.empty() && text.size() <= kMaxDigits && std::all_of(text.begin(), text.end(), util::is_digit);
}

// 8-4-4-4-12 hexadecimal digits, with the version and the variant of a random one (RFC 4122).
bool is_uuid4(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char shape) {
    if (shape == 'x') return util::is_lower_hex(c);
    if (shape == 'v') return c == '8' || c == '9' || c == 'a' || c == 'b';
    return c == shape;
  };
  return text.size() == kShape.size() && std::equal(text.begin(), text.end(), kShape.begin(), fits);
}

// "<pid>_<what>": what follows a "tmp.pid_".
bool names_writer(std::string_view text, bool may_be_number) {
  const std::size_t end = text.find('_');
  if (end == std::string_view::npos || !is_number(text.substr(0, end))) return false;
  const std::string_view what = text.substr(end + 1);
  return is_uuid4(what) || (may_be_number && is_number(what));
}

}  // namespace

bool is_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool is_group(std::string_view name) {
  return name.size() > kGroupPrefix.size() + kJson.size() && name.starts_with(kGroupPrefix) && name.ends_with(kJson);
}

std::string_view group_stem(std::string_view name) {
  return name.substr(kGroupPrefix.size(), name.size() - kGroupPrefix.size() - kJson.size());
}

bool is_group_among(std::string_view name, const std::function<bool(std::string_view name)>& has) {
  if (!is_group(name)) return false;
  const std::string outer = std::string(kGroupPrefix).append(name);
  return !has(outer) || !is_group_among(outer, has);
}

bool is_autotune(std::string_view name) { return name.size() > kAutotune.size() && name.ends_with(kAutotune); }

std::string_view autotune_stem(std::string_view name) { return name.substr(0, name.size() - kAutotune.size()); }

bool is_temporary_directory(std::string_view name) {
  constexpr std::string_view kPrefix = "tmp.";
  constexpr std::string_view kWriter = "pid_";
  constexpr std::size_t kShort = 8;
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  if (name.starts_with(kWriter)) return names_writer(name.substr(kWriter.size()), false);
  return name.size() == kShort && std::all_of(name.begin(), name.end(), util::is_lower_hex);
}

bool is_temporary_file(std::string_view name) {
  constexpr std::string_view kMark = ".tmp.pid_";
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark == 0) return is_old_temporary(name);
  return names_writer(name.substr(mark + kMark.size()), true);
}

bool is_old_temporary(std::string_view name) {
  constexpr std::string_view kEnd = ".tmp";
  if (!name.ends_with(kEnd)) return false;
  name.remove_suffix(kEnd.size());
  return is_compile_output(name) || is_module(name);
}

bool is_temporary_file_in(std::string_view key, std::string_view name) {
  return is_temporary_file(name) && (!is_old_temporary(name) || key_encoding(key) == KeyEncoding::md5_hex);
}

bool is_temporary_entry(std::string_view key) {
  constexpr std::string_view kPrefix = "tmp.";
  return key.starts_with(kPrefix) && is_uuid4(key.substr(kPrefix.size()));
}

bool is_module(std::string_view name) { return has_extension(name, {".so", ".gch", ".pch"}); }

bool is_compile_output(std::string_view name) {
  return has_extension(name, {".ttir", ".glir", ".ttgir", ".llir", ".source", ".json"});
}

std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return {};
  return name.substr(dot);
}

std::string_view stem_of(std::string_view name) { return name.substr(0, name.size() - extension_of(name).size()); }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace tcm::cache
