// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/loaded_plugin.hpp"

#include <array>
#include <map>
#include <vector>

#include <dlfcn.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <fmt/format.h>

#include "core/backend/load/collector.hpp"
#include "core/backend/load/descriptor.hpp"
#include "core/backend/load/extensions.hpp"
#include "core/backend/load/host.hpp"
#include "core/backend/load/strings.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::backend {
namespace {

Refusal refuse(const std::string& path, Stage stage, std::string reason) {
  return {util::escape_control(path), stage, std::move(reason)};
}

/// What went wrong in code of a plugin, from inside a catch block.
std::string thrown_text() {
  try {
    throw;
  } catch (const std::exception& error) {
    return fmt::format("it threw an exception: {}",
                       util::escape_control(std::string_view(error.what()).substr(0, 256)));
  } catch (...) {
    return "it threw an exception";
  }
}

/// Never unloaded, and reachable so that leak checkers know that this is meant.
void keep_loaded(boost::dll::shared_library library) {
  static auto* kept = new std::vector<boost::dll::shared_library>;
  kept->push_back(std::move(library));
}

/// The lock is the caller's.
tl::expected<boost::dll::shared_library, Refusal> open_library(const std::string& path) {
  using boost::dll::load_mode::rtld_local;
  using boost::dll::load_mode::rtld_now;
  try {
    boost::dll::fs::error_code error;
    ::dlerror();
    boost::dll::shared_library library(path, error, rtld_now | rtld_local);
    if (!error) return library;
    const char* why = ::dlerror();
    return tl::unexpected(
        refuse(path, Stage::load, util::escape_control(why != nullptr ? std::string(why) : error.message())));
  } catch (...) {  // a constructor of the plugin threw
    return tl::unexpected(refuse(path, Stage::load, thrown_text()));
  }
}

/// The lock is the caller's.
tl::expected<const tcm_kernel_backend_plugin*, Refusal> call_entry(const boost::dll::shared_library& library,
                                                                   const std::string& path) {
  try {
    auto& entry = library.get<const tcm_kernel_backend_plugin*(const tcm_host*)>(TCM_PLUGIN_ENTRY_NAME);
    const auto* descriptor = entry(&host());
    if (descriptor != nullptr) return descriptor;
    return tl::unexpected(refuse(path, Stage::entry, "it returned no descriptor"));
  } catch (...) {
    return tl::unexpected(refuse(path, Stage::entry, thrown_text()));
  }
}

}  // namespace

tl::expected<LoadedObject, Refusal> load_object(const Candidate& candidate) {
  const std::lock_guard lock(lifecycle_mutex());
  auto library = open_library(candidate.canonical);
  if (!library) return tl::unexpected(library.error());
  const auto descriptor = call_entry(*library, candidate.canonical);
  keep_loaded(std::move(*library));
  if (!descriptor) return tl::unexpected(descriptor.error());
  auto info = read_descriptor(**descriptor, candidate.canonical);
  if (!info) return tl::unexpected(refuse(candidate.canonical, Stage::descriptor, info.error()));
  return LoadedObject{std::move(*info), *descriptor};
}

/// What lives between open and close.
struct LoadedPlugin::Session {
  explicit Session(const tcm_kernel_backend_plugin* opened) : descriptor(opened) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    const std::lock_guard lock(lifecycle_mutex());
    if (!is_open || descriptor->open == nullptr) return;
    try {
      descriptor->close(instance);
    } catch (...) {  // nothing left to do with it
    }
  }

  /// The lock is the caller's. Empty when it worked.
  std::string open() {
    if (descriptor->open == nullptr) return {};
    try {
      const tcm_status status = descriptor->open(&host(), &instance);
      if (status != TCM_OK) return fmt::format("open answered {}", to_string(status_of(status)));
    } catch (...) {
      return thrown_text();
    }
    is_open = true;
    return {};
  }

  const tcm_kernel_backend_plugin* descriptor;
  void* instance = nullptr;
  bool is_open = false;
  std::mutex serial;
};

tl::expected<std::shared_ptr<LoadedPlugin>, Refusal> LoadedPlugin::open(LoadedObject object) {
  // Two registries in one process (a program that embeds the core, a test) share what is open.
  static auto* sessions = new std::map<const tcm_kernel_backend_plugin*, std::weak_ptr<Session>>;
  static auto* sessions_mutex = new std::mutex;
  const std::lock_guard sessions_lock(*sessions_mutex);

  std::weak_ptr<Session>& known = (*sessions)[object.descriptor];
  std::shared_ptr<Session> session = known.lock();
  if (!session) {
    session = std::make_shared<Session>(object.descriptor);
    std::string problem;
    {
      const std::lock_guard lock(lifecycle_mutex());
      problem = session->open();
    }
    if (!problem.empty()) return tl::unexpected(refuse(object.info.path, Stage::open, std::move(problem)));
    known = session;
  }
  return std::shared_ptr<LoadedPlugin>(new LoadedPlugin(std::move(object), std::move(session)));
}

std::unique_lock<std::mutex> LoadedPlugin::lock() const {
  return info().serial_only ? std::unique_lock(session_->serial) : std::unique_lock<std::mutex>();
}

std::optional<std::string> LoadedPlugin::spell(Speller function, std::string_view target, std::string_view text) const {
  if (function == nullptr) return std::nullopt;
  std::array<char, TCM_TEXT_CAPACITY> buffer;
  tcm_text out{TCM_STRUCT_SIZE(tcm_text, size), TCM_TEXT_CAPACITY, buffer.data(), 0};
  try {
    const auto held = lock();
    if (function(session_->instance, as_str(target), as_str(text), &out) != TCM_OK) return std::nullopt;
  } catch (...) {  // the same as an error status: the caller has a neutral answer
    return std::nullopt;
  }
  if (out.size == 0 || out.size > buffer.size()) return std::nullopt;
  std::string answer(buffer.data(), out.size);
  if (!util::is_valid_utf8(answer)) return std::nullopt;
  return answer;
}

std::optional<std::string> LoadedPlugin::arch_from_metadata(std::string_view target, std::string_view json) const {
  return spell(object_.descriptor->arch_from_metadata, target, json);
}

std::optional<std::string> LoadedPlugin::arch_from_user(std::string_view target, std::string_view word) const {
  return spell(object_.descriptor->arch_from_user, target, word);
}

std::optional<std::string> LoadedPlugin::arch_for_people(std::string_view target, std::string_view canonical) const {
  return spell(object_.descriptor->arch_for_people, target, canonical);
}

Report LoadedPlugin::analyse(Analyser function, bool attributes, const ArtifactView& artifact) const {
  Collector collector(attributes);
  if (function == nullptr) return collector.finish(TCM_NOT_APPLICABLE);
  if (artifact.bytes.size() > TCM_MAX_ARTIFACT_BYTES) {
    collector.say(Severity::warning, "the file is over 256 MiB and was not read");
    return collector.finish(TCM_LIMIT);
  }
  tcm_artifact passed{};
  passed.struct_size = TCM_STRUCT_SIZE(tcm_artifact, launch);
  for (const auto& type : info().file_types)
    if (type.extension == artifact.extension) passed.kind = type.kind_number;
  const std::string display_path = util::escape_control(artifact.display_path);
  passed.data = artifact.bytes.data();
  passed.size = artifact.bytes.size();
  passed.extension = as_str(artifact.extension);
  passed.target = as_str(artifact.target);
  passed.arch = as_str(artifact.arch);
  passed.metadata_json = as_str(artifact.metadata_json);
  passed.display_path = as_str(display_path);
  const tcm_launch launch = launch_of(artifact.launch);
  if (launch.known != 0) passed.launch = &launch;
  const tcm_sink sink = collector.sink();
  try {
    const auto held = lock();
    const tcm_status status = function(session_->instance, &passed, &sink);
    return collector.finish(status);
  } catch (...) {
    collector.say(Severity::error, thrown_text());
    return collector.finish(TCM_INTERNAL);
  }
}

Report LoadedPlugin::probe(const ArtifactView& artifact) const {
  return analyse(object_.descriptor->probe, true, artifact);
}

Report LoadedPlugin::validate(const ArtifactView& artifact) const {
  return analyse(object_.descriptor->validate, false, artifact);
}

std::optional<Occupancy> LoadedPlugin::occupancy(const OccupancyQuestion& question) const {
  try {
    const auto held = lock();
    return ask_occupancy({*object_.descriptor, session_->instance}, question);
  } catch (...) {  // the same as an error status
    return std::nullopt;
  }
}

std::optional<Compatibility> LoadedPlugin::runs_on(std::string_view target, std::string_view kernel_arch,
                                                   std::string_view device_arch) const {
  try {
    const auto held = lock();
    return ask_compatible({*object_.descriptor, session_->instance}, target, kernel_arch, device_arch);
  } catch (...) {  // the same as an error status
    return std::nullopt;
  }
}

}  // namespace tcm::backend
