// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/file_names.hpp"

#include <algorithm>
#include <string>

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

bool is_temporary(std::string_view name) {
  return name.starts_with("tmp.") || name.ends_with(".tmp") || name.find(".tmp.pid_") != std::string_view::npos;
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
