// SPDX-License-Identifier: Apache-2.0
// A plugin that is loaded and open, and the calls into it. No exception of a plugin leaves these functions.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <tcm/plugin/plugin.h>
#include <tl/expected.hpp>

#include "core/backend/find/refusal.hpp"
#include "core/backend/find/search_path.hpp"
#include "core/backend/load/answers.hpp"
#include "core/backend/load/occupancy.hpp"
#include "core/backend/load/plugin_info.hpp"

namespace tcm::backend {

/// An object whose descriptor passed all checks, not yet open. The descriptor lives until the process ends.
struct LoadedObject {
  PluginInfo info;
  const tcm_kernel_backend_plugin* descriptor = nullptr;
};

/// Loads a file that judge_file() let pass, calls its entry and checks what it returns. The library stays loaded until
/// the process ends, even when it is refused: unloading C++ code is a source of crashes.
tl::expected<LoadedObject, Refusal> load_object(const Candidate& candidate);

/// An open plugin. In one process a descriptor is open at most once, however many objects of this class share it; the
/// last of them closes it.
class LoadedPlugin {
 public:
  static tl::expected<std::shared_ptr<LoadedPlugin>, Refusal> open(LoadedObject object);

  PluginInfo& info() { return object_.info; }
  const PluginInfo& info() const { return object_.info; }

  /// The spelling functions: what the plugin wrote, if it has the function, answered TCM_OK, and wrote valid UTF-8 of
  /// at most TCM_TEXT_CAPACITY bytes. Thread-safe.
  std::optional<std::string> arch_from_metadata(std::string_view target, std::string_view arch_json) const;
  std::optional<std::string> arch_from_user(std::string_view target, std::string_view word) const;
  std::optional<std::string> arch_for_people(std::string_view target, std::string_view canonical) const;

  /// Thread-safe: takes a lock for a plugin that wants to be called serially.
  Report probe(const ArtifactView& artifact) const;
  Report validate(const ArtifactView& artifact) const;

  /// The extensions: nothing when the plugin lacks one, or has no answer. Thread-safe.
  std::optional<Occupancy> occupancy(const OccupancyQuestion& question) const;
  std::optional<Compatibility> runs_on(std::string_view target, std::string_view kernel_arch,
                                       std::string_view device_arch) const;

 private:
  struct Session;
  using Speller = tcm_status (*)(void*, tcm_str, tcm_str, tcm_text*);
  using Analyser = tcm_status (*)(void*, const tcm_artifact*, const tcm_sink*);

  LoadedPlugin(LoadedObject object, std::shared_ptr<Session> session)
      : object_(std::move(object)), session_(std::move(session)) {}

  std::unique_lock<std::mutex> lock() const;
  std::optional<std::string> spell(Speller function, std::string_view target, std::string_view text) const;
  Report analyse(Analyser function, bool attributes, const ArtifactView& artifact) const;

  LoadedObject object_;
  std::shared_ptr<Session> session_;
};

}  // namespace tcm::backend
