// SPDX-License-Identifier: Apache-2.0
#include "core/backend/registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/backend/arch_fallback.hpp"
#include "core/backend/find/guard.hpp"
#include "core/backend/load/loaded_plugin.hpp"
#include "core/backend/terms/words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::backend {

Registry::Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

Registry Registry::load(const SearchOptions& options) {
  Registry registry;
  SearchPath path = search_path(options);
  registry.refusals_ = std::move(path.refusals);
  for (const auto& candidate : find_candidates(path, registry.refusals_)) registry.add(candidate, options);
  registry.directories_ = std::move(path.directories);
  return registry;
}

void Registry::add(const Candidate& candidate, const SearchOptions& options) {
  const auto refuse = [&](Stage stage, std::string reason) {
    refusals_.push_back({util::escape_control(candidate.path), stage, std::move(reason)});
  };
  if (auto reason = disabled_reason(options, candidate.path)) return refuse(Stage::disabled, *reason);
  if (auto refusal = judge_file(candidate)) return refusals_.push_back(std::move(*refusal));

  auto object = load_object(candidate);
  if (!object) return refuse(object.error().stage, object.error().reason);
  const std::string id = object->info.id;
  if (auto reason = disabled_reason(options, candidate.path, id)) return refuse(Stage::disabled, *reason);
  for (const auto& other : plugins_)
    if (other->info().id == id)
      return refuse(Stage::duplicate,
                    fmt::format("'{}' is loaded already, from {}", id, util::escape_control(other->info().path)));

  auto plugin = LoadedPlugin::open(std::move(*object));
  if (!plugin) return refuse(plugin.error().stage, plugin.error().reason);
  add_targets(*plugin);
  plugins_.push_back(std::move(*plugin));
}

void Registry::add_targets(const std::shared_ptr<LoadedPlugin>& plugin) {
  PluginInfo& info = plugin->info();
  for (auto& target : info.targets) {
    const auto [row, added] = by_target_.try_emplace(target.name, plugin.get());
    if (!added) {
      target.shadowed_by = row->second->info().id;
      shadowed_.push_back({target.name, info.id, info.path, target.shadowed_by});
      continue;
    }
    for (const auto& alias : target.aliases) by_alias_.try_emplace(util::lower_ascii(alias), target.name);
  }
}

std::vector<PluginInfo> Registry::plugins() const {
  std::vector<PluginInfo> infos;
  infos.reserve(plugins_.size());
  for (const auto& plugin : plugins_) infos.push_back(std::as_const(*plugin).info());
  return infos;
}

const LoadedPlugin* Registry::serving(std::string_view target) const {
  const auto row = by_target_.find(target);
  return row == by_target_.end() ? nullptr : row->second;
}

const PluginInfo* Registry::plugin_of(std::string_view target) const {
  const LoadedPlugin* plugin = serving(target);
  return plugin == nullptr ? nullptr : &plugin->info();
}

std::optional<std::string> Registry::target_of_word(std::string_view word) const {
  const std::string lower = util::lower_ascii(word);
  if (by_target_.contains(lower)) return lower;
  if (const auto row = by_alias_.find(lower); row != by_alias_.end()) return row->second;
  return std::nullopt;
}

std::vector<std::string> Registry::aliases_of(std::string_view target) const {
  if (const PluginInfo* info = plugin_of(target))
    for (const auto& known : info->targets)
      if (known.name == target) return known.aliases;
  return {};
}

std::vector<TargetFileType> Registry::file_types() const {
  std::vector<TargetFileType> rows;
  for (const auto& plugin : plugins_) {
    const PluginInfo& info = plugin->info();
    for (const auto& target : info.targets) {
      if (!target.shadowed_by.empty()) continue;
      for (const auto& type : info.file_types) rows.push_back({target.name, type.extension, type.kind, type.label});
    }
  }
  return rows;
}

std::string Registry::arch_from_metadata(std::string_view target, std::string_view arch_json) const {
  if (const LoadedPlugin* plugin = serving(target))
    if (auto arch = plugin->arch_from_metadata(target, arch_json); arch && is_canonical_arch(*arch)) return *arch;
  return neutral_arch(arch_json);
}

std::vector<Registry::TargetArch> Registry::arch_from_user(std::string_view word,
                                                           const std::vector<std::string>& targets) const {
  std::vector<TargetArch> meanings;
  for (const auto& plugin : plugins_) {
    for (const auto& target : std::as_const(*plugin).info().targets) {
      const bool wanted = targets.empty() || std::find(targets.begin(), targets.end(), target.name) != targets.end();
      if (!wanted || !target.shadowed_by.empty()) continue;
      if (auto arch = plugin->arch_from_user(target.name, word); arch && is_canonical_arch(*arch))
        meanings.push_back({target.name, std::move(*arch)});
    }
  }
  meanings.push_back({"", std::string(word)});
  return meanings;
}

std::string Registry::arch_for_people(std::string_view target, std::string_view canonical) const {
  if (const LoadedPlugin* plugin = serving(target))
    if (auto text = plugin->arch_for_people(target, canonical)) return util::escape_control(*text);
  return std::string(canonical);
}

std::map<std::string, std::vector<std::string>, std::less<>> Registry::path_fields() const {
  std::map<std::string, std::vector<std::string>, std::less<>> fields;
  for (const auto& [target, plugin] : by_target_)
    if (!plugin->info().path_fields.empty()) fields.emplace(target, plugin->info().path_fields);
  return fields;
}

Report Registry::probe(const ArtifactView& artifact) const {
  const LoadedPlugin* plugin = serving(artifact.target);
  return plugin == nullptr ? Report{} : plugin->probe(artifact);
}

Report Registry::validate(const ArtifactView& artifact) const {
  const LoadedPlugin* plugin = serving(artifact.target);
  return plugin == nullptr ? Report{} : plugin->validate(artifact);
}

std::optional<Occupancy> Registry::occupancy(const OccupancyQuestion& question) const {
  const LoadedPlugin* plugin = serving(question.target);
  return plugin == nullptr ? std::nullopt : plugin->occupancy(question);
}

std::optional<Compatibility> Registry::runs_on(std::string_view target, std::string_view kernel_arch,
                                               std::string_view device_arch) const {
  const LoadedPlugin* plugin = serving(target);
  return plugin == nullptr ? std::nullopt : plugin->runs_on(target, kernel_arch, device_arch);
}

}  // namespace tcm::backend
