// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/discover.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "core/cache/find/cache_directory.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

class Places {
 public:
  void add(const cache::NamedPlace& named, const std::string& known_from) {
    const std::string path = util::canonical_directory(named.path);
    auto place =
        std::find_if(places_.begin(), places_.end(), [&](const FoundPlace& known) { return known.path == path; });
    if (place == places_.end()) {
      std::error_code error;
      const bool exists = std::filesystem::exists(path, error) || error;
      place = places_.insert(place, {path, std::string(named.known->tool), named.known->holds_roots, {}, exists});
    }
    place->holds_roots |= named.known->holds_roots;
    if (std::find(place->known_from.begin(), place->known_from.end(), known_from) == place->known_from.end())
      place->known_from.push_back(known_from);
  }

  std::vector<FoundPlace> take() {
    std::stable_partition(places_.begin(), places_.end(), [](const FoundPlace& place) { return place.holds_roots; });
    return std::move(places_);
  }

 private:
  std::vector<FoundPlace> places_;
};

}  // namespace

std::vector<FoundPlace> find_places(const cache::PlaceEnvironment& environment,
                                    const std::vector<util::Process>& processes) {
  Places places;
  for (const cache::NamedPlace& named : cache::named_places(environment)) {
    const std::string_view variable = named.known->variable;
    places.add(named, variable.empty() ? std::string("default") : fmt::format("env {}", variable));
  }
  for (const util::Process& process : processes) {
    if (process.user != environment.user || !process.same_mounts) continue;
    for (const auto& [name, value] : process.variables)
      for (const cache::NamedPlace& named : cache::places_of_variable(name, value))
        places.add(named, fmt::format("env {} of process {}", name, process.id));
  }
  return places.take();
}

std::vector<std::string> discovered_cache_dirs(const cache::PlaceEnvironment& environment, const std::string& proc) {
  util::ProcessQuery query;
  query.proc = proc;
  query.variables = cache::place_variables();
  std::vector<std::string> dirs;
  for (const FoundPlace& place : find_places(environment, util::list_processes(query).processes)) {
    // The whole machine is no cache, whatever a variable says.
    if (!place.holds_roots || !place.exists || place.path == "/") continue;
    const auto found = cache::find_roots(place.path, std::nullopt);
    // One that cannot be read is for the run to tell; one without a root is a tool's that has no kernels of Triton.
    if (found || found.error().code != ErrorCode::missing) dirs.push_back(place.path);
  }
  return dirs;
}

}  // namespace tcm::service
