// SPDX-License-Identifier: Apache-2.0
// The descriptor against the rules of docs/plugin-abi.md, written apart from the host's own reading of them.
#include <algorithm>
#include <cstring>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sdk/check/pattern.hpp"
#include "sdk/check/plugin.hpp"
#include "sdk/check/utf8.hpp"

namespace tcm::check {
namespace {

constexpr std::uint32_t kMaxCount = 256;

Finding sizes(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  if (plugin.struct_size >= TCM_PLUGIN_STRUCT_SIZE_1_0) return pass();
  return fail(fmt::format("struct_size is {}, that of 1.0 is {}", plugin.struct_size, TCM_PLUGIN_STRUCT_SIZE_1_0));
}

Finding versions(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  if (plugin.abi_major != TCM_PLUGIN_ABI_MAJOR)
    return fail(fmt::format("abi_major is {}, the entry is of {}", plugin.abi_major, TCM_PLUGIN_ABI_MAJOR));
  if (plugin.abi_minor > TCM_PLUGIN_ABI_MINOR)
    return warn(fmt::format("made for {}.{}, this checker knows {}.{}", plugin.abi_major, plugin.abi_minor,
                            TCM_PLUGIN_ABI_MAJOR, TCM_PLUGIN_ABI_MINOR));
  return pass();
}

Finding reserved(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  if (plugin.abi_minor > TCM_PLUGIN_ABI_MINOR) return skip("of a later minor, which may use them");
  for (const void* field : plugin.reserved)
    if (field != nullptr) return fail("a reserved field is not null");
  return plugin.reserved_count == 0 ? pass() : fail("reserved_count is not 0");
}

/// Of one array: its words when something is wrong with its count or pointers.
template <class T>
std::string array_problem(const char* name, const T* elements, std::uint32_t count) {
  if (count > kMaxCount) return fmt::format("{}: a count of {}", name, count);
  if (count != 0 && elements == nullptr) return fmt::format("{} is null, its count is {}", name, count);
  for (std::uint32_t i = 0; i < count; ++i)
    if (elements[i] == nullptr) return fmt::format("{}[{}] is null", name, i);
  return {};
}

std::string element_problem(const tcm_kernel_backend_plugin& plugin) {
  for (std::uint32_t i = 0; i < plugin.target_count; ++i) {
    const tcm_target& target = *plugin.targets[i];
    if (!TCM_HAS_FIELD(tcm_target, &target, aliases)) return fmt::format("targets[{}].struct_size is too small", i);
    if (auto problem = array_problem("aliases", target.aliases, target.alias_count); !problem.empty()) return problem;
  }
  for (std::uint32_t i = 0; i < plugin.file_type_count; ++i)
    if (!TCM_HAS_FIELD(tcm_file_type, plugin.file_types[i], flags))
      return fmt::format("file_types[{}].struct_size is too small", i);
  return {};
}

Finding arrays(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  std::string problem = array_problem("targets", plugin.targets, plugin.target_count);
  if (problem.empty()) problem = array_problem("file_types", plugin.file_types, plugin.file_type_count);
  if (problem.empty()) problem = array_problem("path_fields", plugin.path_fields, plugin.path_field_count);
  if (problem.empty()) problem = element_problem(plugin);
  if (problem.empty() && plugin.target_count == 0) problem = "it serves no target";
  if (problem.empty() && plugin.open != nullptr && plugin.close == nullptr) problem = "open without close";
  return problem.empty() ? pass() : fail(problem);
}

/// Every text of the descriptor, with its name.
std::vector<std::pair<std::string, const char*>> texts(const tcm_kernel_backend_plugin& plugin) {
  std::vector<std::pair<std::string, const char*>> all{
      {"id", plugin.id}, {"display_name", plugin.display_name}, {"version", plugin.version}};
  if (plugin.vendor != nullptr) all.emplace_back("vendor", plugin.vendor);
  if (plugin.url != nullptr) all.emplace_back("url", plugin.url);
  for (std::uint32_t i = 0; i < plugin.target_count; ++i) {
    all.emplace_back("a target's name", plugin.targets[i]->name);
    for (std::uint32_t j = 0; j < plugin.targets[i]->alias_count; ++j)
      all.emplace_back("an alias", plugin.targets[i]->aliases[j]);
  }
  for (std::uint32_t i = 0; i < plugin.file_type_count; ++i) {
    all.emplace_back("an extension", plugin.file_types[i]->extension);
    all.emplace_back("a label", plugin.file_types[i]->label);
  }
  for (std::uint32_t i = 0; i < plugin.path_field_count; ++i) all.emplace_back("a path field", plugin.path_fields[i]);
  return all;
}

Finding all_texts(const Subject& subject) {
  for (const auto& [name, text] : texts(describe(subject.path))) {
    if (text == nullptr) return fail(fmt::format("{} is null", name));
    const std::size_t length = ::strnlen(text, 256);
    if (length > 255) return fail(fmt::format("{} is longer than 255 bytes", name));
    if (!is_utf8({text, length})) return fail(fmt::format("{} is not UTF-8", name));
    if (length == 0 && name != "vendor" && name != "url") return fail(fmt::format("{} is empty", name));
  }
  return pass();
}

Finding id(const Subject& subject) {
  const char* text = describe(subject.path).id;
  if (!matches(text, "[a-z0-9]+([._-][a-z0-9]+)*")) return fail(fmt::format("'{}'", text));
  if (std::strchr(text, '.') == nullptr) return warn(fmt::format("'{}' is not a reversed domain name", text));
  return pass();
}

Finding version(const Subject& subject) {
  const char* text = describe(subject.path).version;
  const char* pattern =
      "(0|[1-9][0-9]{0,9})(\\.(0|[1-9][0-9]{0,9})){2}(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?"
      "(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?";
  return matches(text, pattern) ? pass() : fail(fmt::format("'{}' is not a semantic version", text));
}

Finding targets(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < plugin.target_count; ++i) {
    const tcm_target& target = *plugin.targets[i];
    if (!matches(target.name, "[a-z][a-z0-9_]{0,31}")) return fail(fmt::format("target '{}'", target.name));
    if (!names.insert(target.name).second) return fail(fmt::format("target '{}' is there twice", target.name));
    for (std::uint32_t j = 0; j < target.alias_count; ++j)
      if (!matches(target.aliases[j], "[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"))
        return fail(fmt::format("alias '{}'", target.aliases[j]));
  }
  return pass();
}

Finding file_types(const Subject& subject) {
  const auto& plugin = describe(subject.path);
  const std::set<std::string> shared{".json", ".ttir", ".glir", ".ttgir", ".llir", ".source"};
  std::string of_the_host;
  for (std::uint32_t i = 0; i < plugin.file_type_count; ++i) {
    const tcm_file_type& type = *plugin.file_types[i];
    if (!matches(type.extension, "\\.[!-.0-~]{1,30}")) return fail(fmt::format("extension '{}'", type.extension));
    if (!matches(type.label, "[a-z0-9_]{1,16}")) return fail(fmt::format("label '{}'", type.label));
    if (shared.count(type.extension) != 0) of_the_host = type.extension;
  }
  return of_the_host.empty() ? pass() : warn(of_the_host + " belongs to the host and is ignored");
}

}  // namespace

std::vector<Test> descriptor_tests() {
  return {
      {"descriptor.sizes", "P-12", "the descriptor has at least the size of 1.0", 3, true, sizes},
      {"descriptor.versions", "P-13", "abi_major and abi_minor", 4, true, versions},
      {"descriptor.reserved", "P-14", "reserved fields are null", 4, false, reserved},
      {"descriptor.arrays", "P-12 P-15 P-16", "counts, elements and pairs of functions", 4, true, arrays},
      {"descriptor.texts", "P-20", "texts are there, in UTF-8 and of at most 255 bytes", 5, true, all_texts},
      {"descriptor.id", "P-21", "the id's form", 6, false, id},
      {"descriptor.version", "P-23", "the version's form", 6, false, version},
      {"descriptor.targets", "P-24 P-25", "names and aliases of targets", 6, false, targets},
      {"descriptor.file_types", "P-26 P-27", "extensions and labels", 6, false, file_types},
  };
}

}  // namespace tcm::check
