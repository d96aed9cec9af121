// SPDX-License-Identifier: Apache-2.0
// The plugins of a program: found, judged, loaded, and asked by the names that Triton and users have for things. The
// only door to plugins; everything behind it is data.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/backend/find/refusal.hpp"
#include "core/backend/find/search_path.hpp"
#include "core/backend/load/answers.hpp"
#include "core/backend/load/occupancy.hpp"
#include "core/backend/load/plugin_info.hpp"

namespace tcm::backend {

class LoadedPlugin;

/// A file type of one target, of the plugin that serves it.
struct TargetFileType {
  std::string target;
  std::string extension;
  model::ArtifactKind kind = model::ArtifactKind::other;
  std::string label;
};

/// A target that a plugin claims and another one serves.
struct Shadowed {
  std::string target;
  std::string plugin_id;    ///< who claims it
  std::string plugin_path;  ///< where that one lies
  std::string served_by;    ///< id of who serves it: the first in the order of the search
};

/// Immutable once loaded: every const function may be called by any number of threads.
class Registry {
 public:
  /// Finds and loads. Never fails: what could not be used is in refusals(). A plugin costs its dynamic loading and well
  /// under a millisecond.
  static Registry load(const SearchOptions& options);

  /// No plugin at all: what load() makes of an empty search path.
  Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  /// Closes the plugins.
  ~Registry();

  /// In the order of the search.
  std::vector<PluginInfo> plugins() const;
  const std::vector<Refusal>& refusals() const { return refusals_; }
  const std::vector<Shadowed>& shadowed() const { return shadowed_; }
  /// Where was looked, in order; directories that do not exist included.
  const std::vector<SearchDirectory>& directories() const { return directories_; }

  /// The plugin that serves a target (Triton's name); null when none does.
  const PluginInfo* plugin_of(std::string_view target) const;

  /// A user's word for a backend, in any case, as Triton's name: a target's name first, then the other words that the
  /// plugins know. Null when no plugin knows it.
  std::optional<std::string> target_of_word(std::string_view word) const;
  /// The other words of a target; empty when no plugin serves it.
  std::vector<std::string> aliases_of(std::string_view target) const;

  /// All file types, by target in the order of the search.
  std::vector<TargetFileType> file_types() const;

  /// The canonical form of metadata `target.arch`, given as JSON: the plugin's, else the neutral one (neutral_arch()).
  /// No white space, no control characters; empty when there is nothing to spell.
  std::string arch_from_metadata(std::string_view target, std::string_view arch_json) const;

  struct TargetArch {
    std::string target;  ///< empty: of any backend
    std::string arch;
    bool operator==(const TargetArch&) const = default;
  };
  /// What a user may have meant by an architecture: the canonical form of every plugin that knows the word (of the
  /// given targets, if any are given), then the word itself for any backend, so that unknown backends work too.
  std::vector<TargetArch> arch_from_user(std::string_view word, const std::vector<std::string>& targets = {}) const;

  /// A canonical form as people write it; itself when the plugin has no better one. Valid UTF-8 without control
  /// characters if `canonical` is.
  std::string arch_for_people(std::string_view target, std::string_view canonical) const;

  /// By target, the fields of metadata whose value is a path that moving a cache has to rewrite.
  std::map<std::string, std::vector<std::string>, std::less<>> path_fields() const;

  /// Asks the plugin of artifact.target. not_applicable when there is none, or it has no such function.
  Report probe(const ArtifactView& artifact) const;
  Report validate(const ArtifactView& artifact) const;

  /// How well a kernel fills a device of question.arch: by arithmetic, the device need not be here. Nothing when no
  /// plugin serves the target, or it cannot tell.
  std::optional<Occupancy> occupancy(const OccupancyQuestion& question) const;
  /// What a kernel for one architecture is on a device of another, both in canonical form. Nothing when no plugin
  /// knows.
  std::optional<Compatibility> runs_on(std::string_view target, std::string_view kernel_arch,
                                       std::string_view device_arch) const;

 private:
  void add(const Candidate& candidate, const SearchOptions& options);
  void add_targets(const std::shared_ptr<LoadedPlugin>& plugin);
  const LoadedPlugin* serving(std::string_view target) const;

  std::vector<std::shared_ptr<LoadedPlugin>> plugins_;
  std::map<std::string, const LoadedPlugin*, std::less<>> by_target_;
  std::map<std::string, std::string, std::less<>> by_alias_;  ///< in lower case
  std::vector<Refusal> refusals_;
  std::vector<Shadowed> shadowed_;
  std::vector<SearchDirectory> directories_;
};

}  // namespace tcm::backend
