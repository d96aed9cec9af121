// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "core/backend/terms/words.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::backend {
namespace {

using Problem = std::optional<std::string>;

constexpr std::size_t kMaxText = 255;
// No backend has more; a larger count is a field that was never set.
constexpr std::uint32_t kMaxCount = 256;

/// At most kMaxText bytes are looked at; null when the text is longer.
std::optional<std::string_view> bounded(const char* text) {
  const std::size_t length = ::strnlen(text, kMaxText + 1);
  if (length > kMaxText) return std::nullopt;
  return std::string_view(text, length);
}

/// Copies a text of the descriptor for which `valid` holds.
template <class Test>
Problem copy_text(const char* text, std::string_view what, std::string_view rule, Test valid, std::string& out) {
  if (text == nullptr) return fmt::format("{} is null", what);
  const auto value = bounded(text);
  if (!value) return fmt::format("{} is longer than {} bytes", what, kMaxText);
  if (!util::is_valid_utf8(*value)) return fmt::format("{} is not UTF-8", what);
  if (!valid(*value)) return fmt::format("{} '{}' is not {}", what, util::escape_control(*value), rule);
  out = *value;
  return std::nullopt;
}

bool is_any(std::string_view /*text*/) { return true; }

Problem copy_for_people(const char* text, std::string_view what, bool required, std::string& out) {
  if (text == nullptr && !required) return std::nullopt;
  if (auto problem = copy_text(text, what, "text", is_any, out)) return problem;
  if (required && out.empty()) return fmt::format("{} is empty", what);
  out = util::escape_control(out);
  return std::nullopt;
}

Problem check_versions(const tcm_kernel_backend_plugin& plugin) {
  if (plugin.struct_size < TCM_PLUGIN_STRUCT_SIZE_1_0)
    return fmt::format("struct_size is {}, at least {} is needed", plugin.struct_size, TCM_PLUGIN_STRUCT_SIZE_1_0);
  if (plugin.abi_major != TCM_PLUGIN_ABI_MAJOR)
    return fmt::format("abi_major is {}, but its entry is of major {}", plugin.abi_major, TCM_PLUGIN_ABI_MAJOR);
  return std::nullopt;
}

/// A later minor may give the reserved fields a meaning that this host can do without.
Problem check_reserved(const tcm_kernel_backend_plugin& plugin) {
  if (plugin.abi_minor > TCM_PLUGIN_ABI_MINOR) return std::nullopt;
  const bool unused = std::all_of(std::begin(plugin.reserved), std::end(plugin.reserved),
                                  [](const void* field) { return field == nullptr; });
  if (!unused || plugin.reserved_count != 0) return "a reserved field is not zero";
  return std::nullopt;
}

Problem check_counts(const tcm_kernel_backend_plugin& plugin) {
  if (plugin.target_count == 0 || plugin.targets == nullptr) return "it serves no target";
  if (plugin.file_type_count != 0 && plugin.file_types == nullptr) return "file_types is null, its count is not 0";
  if (plugin.path_field_count != 0 && plugin.path_fields == nullptr) return "path_fields is null, its count is not 0";
  for (const auto count : {plugin.target_count, plugin.file_type_count, plugin.path_field_count})
    if (count > kMaxCount) return fmt::format("a count is {}, at most {} is allowed", count, kMaxCount);
  if (plugin.open != nullptr && plugin.close == nullptr) return "open is there, close is null";
  return std::nullopt;
}

Problem copy_identity(const tcm_kernel_backend_plugin& plugin, PluginInfo& info) {
  if (auto problem = copy_text(plugin.id, "id", "a reverse domain name like org.example.gpu", is_plugin_id, info.id))
    return problem;
  if (auto problem = copy_for_people(plugin.display_name, "display_name", true, info.display_name)) return problem;
  if (auto problem = copy_text(plugin.version, "version", "a semantic version like 1.0.0", is_semver, info.version))
    return problem;
  if (auto problem = copy_for_people(plugin.vendor, "vendor", false, info.vendor)) return problem;
  return copy_for_people(plugin.url, "url", false, info.url);
}

Problem copy_aliases(const tcm_target& target, TargetInfo& info) {
  if (target.alias_count == 0) return std::nullopt;
  if (target.aliases == nullptr) return "aliases is null, its count is not 0";
  if (target.alias_count > kMaxCount) return fmt::format("alias_count is {}", target.alias_count);
  for (std::uint32_t i = 0; i < target.alias_count; ++i) {
    std::string alias;
    if (auto problem = copy_text(target.aliases[i], "an alias", "a word of at most 32 letters, digits and _ . -",
                                 is_target_alias, alias))
      return problem;
    info.aliases.push_back(std::move(alias));
  }
  return std::nullopt;
}

Problem copy_targets(const tcm_kernel_backend_plugin& plugin, PluginInfo& info) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < plugin.target_count; ++i) {
    const tcm_target* target = plugin.targets[i];
    if (target == nullptr) return fmt::format("targets[{}] is null", i);
    if (!TCM_HAS_FIELD(tcm_target, target, aliases))
      return fmt::format("targets[{}].struct_size is {}, too small", i, target->struct_size);
    TargetInfo copy;
    if (auto problem = copy_text(target->name, "a target's name", "[a-z][a-z0-9_]{0,31}", is_target_name, copy.name))
      return problem;
    if (!names.insert(copy.name).second) return fmt::format("target '{}' is there twice", copy.name);
    if (auto problem = copy_aliases(*target, copy)) return fmt::format("target '{}': {}", copy.name, *problem);
    info.targets.push_back(std::move(copy));
  }
  return std::nullopt;
}

model::ArtifactKind kind_of(tcm_artifact_kind number) {
  switch (number) {
    case TCM_KIND_IR: return model::ArtifactKind::ir;
    case TCM_KIND_ASSEMBLY: return model::ArtifactKind::assembly;
    case TCM_KIND_BINARY: return model::ArtifactKind::binary;
    case TCM_KIND_METADATA: return model::ArtifactKind::metadata;
    case TCM_KIND_SOURCE: return model::ArtifactKind::source;
    default: return model::ArtifactKind::other;  // unknown, or of a later minor
  }
}

Problem copy_file_types(const tcm_kernel_backend_plugin& plugin, PluginInfo& info) {
  for (std::uint32_t i = 0; i < plugin.file_type_count; ++i) {
    const tcm_file_type* type = plugin.file_types[i];
    if (type == nullptr) return fmt::format("file_types[{}] is null", i);
    if (!TCM_HAS_FIELD(tcm_file_type, type, flags))
      return fmt::format("file_types[{}].struct_size is {}, too small", i, type->struct_size);
    FileTypeInfo copy;
    copy.kind = kind_of(type->kind);
    copy.kind_number = type->kind;
    if (auto problem = copy_text(type->extension, "an extension", "a dot and at most 30 printable bytes", is_extension,
                                 copy.extension))
      return problem;
    if (auto problem = copy_text(type->label, "a label", "[a-z0-9_]{1,16}", is_label, copy.label)) return problem;
    info.file_types.push_back(std::move(copy));
  }
  return std::nullopt;
}

Problem copy_path_fields(const tcm_kernel_backend_plugin& plugin, PluginInfo& info) {
  for (std::uint32_t i = 0; i < plugin.path_field_count; ++i) {
    std::string name;
    if (auto problem = copy_text(plugin.path_fields[i], "a path field", "a field name", is_field_name, name))
      return problem;
    info.path_fields.push_back(std::move(name));
  }
  return std::nullopt;
}

}  // namespace

tl::expected<PluginInfo, std::string> read_descriptor(const tcm_kernel_backend_plugin& plugin,
                                                      const std::string& path) {
  PluginInfo info;
  Problem problem = check_versions(plugin);
  if (!problem) problem = check_reserved(plugin);
  if (!problem) problem = check_counts(plugin);
  if (!problem) problem = copy_identity(plugin, info);
  if (!problem) problem = copy_targets(plugin, info);
  if (!problem) problem = copy_file_types(plugin, info);
  if (!problem) problem = copy_path_fields(plugin, info);
  if (problem) return tl::unexpected<std::string>(*problem);
  info.path = path;
  info.abi_major = plugin.abi_major;
  info.abi_minor = plugin.abi_minor;
  info.flags = plugin.flags;
  info.has_probe = plugin.probe != nullptr;
  info.has_validate = plugin.validate != nullptr;
  info.serial_only = (plugin.flags & TCM_PLUGIN_SERIAL_ONLY) != 0;
  return info;
}

}  // namespace tcm::backend
