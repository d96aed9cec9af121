// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/service/doctor/checks.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

using Id = DoctorFindingId;

template <class T>
bool is_set(const config::Setting<T>& setting) {
  return setting.origin.source != config::Source::default_value;
}

template <class T>
std::string subject_of(std::string_view key, const config::Setting<T>& setting) {
  return fmt::format("{} ({})", key, to_string(setting.origin));
}

void check_idle(Examination& examination) {
  const config::Settings& settings = examination.request.settings;
  const auto& prune = settings.prune;
  if (is_set(prune.low_water) && !prune.max_size.value && !prune.max_files.value)
    examination.found(Id::setting_does_nothing, subject_of("prune.low_water", prune.low_water),
                      "it belongs to prune.max_size and prune.max_files, and neither is set");
  if (!is_set(settings.plugin_path)) return;
  for (const auto& [key, setting] : {std::pair{"no_plugins", &settings.no_plugins},
                                     std::pair{"builtin_plugins_only", &settings.builtin_plugins_only}})
    if (setting->value)
      examination.found(Id::setting_does_nothing, subject_of("plugin_path", settings.plugin_path),
                        fmt::format("{} ({}) switches it off", key, to_string(setting->origin)));
}

/// Where Triton writes is not what tcm works on when nobody says --cache-dir.
void check_place(Examination& examination) {
  const auto& dirs = examination.request.settings.cache_dirs;
  const std::string name = dirs.origin.where;
  if (!is_set(dirs) || name == "TRITON_CACHE_DIR" || name == "TRITON_HOME") return;
  for (const cache::NamedPlace& named : cache::named_places(examination.request.environment)) {
    if (named.known->tool != "triton" || named.known->variable.empty()) continue;
    const std::string place = util::canonical_directory(named.path);
    const bool covered = std::any_of(dirs.value.begin(), dirs.value.end(), [&place](const std::string& dir) {
      return util::is_at_or_below(place, util::canonical_directory(dir));
    });
    if (!covered)
      examination.found(Id::settings_contradict, subject_of("cache_dir", dirs),
                        fmt::format("jobs write to {} (env {}), which it does not name", place, named.known->variable));
  }
}

}  // namespace

void check_settings(Examination& examination) {
  const DoctorRequest& request = examination.request;
  for (const config::FileState& file : request.settings_files) {
    examination.report.settings.push_back(
        {std::string(config::to_string(file.layer)), file.path, file.exists, file.ignored});
    if (!file.ignored.empty()) examination.found(Id::settings_ignored, file.path, file.ignored);
  }
  if (request.broken_settings) {
    const std::string& message = request.broken_settings->message;
    examination.found(Id::settings_broken, message.substr(0, message.find(": ")), message);
  }
  for (const std::string& line : request.unknown_variables)
    examination.found(Id::variable_unknown, line.substr(0, line.find(':')), line);
  // Triton up to 3.3 takes it for unset.
  if (const auto value = request.environment.variable("TRITON_CACHE_DIR"); value && value->empty())
    examination.found(Id::variable_empty, "TRITON_CACHE_DIR");
  check_idle(examination);
  check_place(examination);
}

}  // namespace tcm::service
