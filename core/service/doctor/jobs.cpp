// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/service/doctor/checks.hpp"
#include "core/util/system/path.hpp"
#include "core/util/system/user.hpp"

namespace tcm::service {
namespace {

constexpr std::string_view kGone = " (deleted)";

std::string_view without_mark(std::string_view path) {
  return path.ends_with(kGone) ? path.substr(0, path.size() - kGone.size()) : path;
}

bool is_triton(std::string_view path) { return path.find("/triton/_C/libtriton") != std::string_view::npos; }

/// Where Triton's entries may lie: what the index knows, and what this user's environment names.
std::vector<std::string> cache_paths(const Examination& examination) {
  std::vector<std::string> paths;
  for (const index::RootRow& row : examination.roots) paths.push_back(row.location.path);
  for (const cache::NamedPlace& named : cache::named_places(examination.request.environment))
    if (named.known->holds_roots) paths.push_back(util::canonical_directory(named.path));
  return paths;
}

bool lies_in_one(std::string_view path, const std::vector<std::string>& directories) {
  const std::string file(without_mark(path));
  return std::any_of(directories.begin(), directories.end(),
                     [&file](const std::string& directory) { return util::is_at_or_below(file, directory); });
}

bool is_known(const Examination& examination, const std::string& path) {
  const auto covers = [&path](const std::string& other) {
    return util::is_at_or_below(path, other) || util::is_at_or_below(other, path);
  };
  return std::any_of(examination.roots.begin(), examination.roots.end(),
                     [&](const index::RootRow& row) { return covers(row.location.path); }) ||
         std::any_of(examination.places.begin(), examination.places.end(),
                     [&path](const FoundPlace& place) { return place.path == path; });
}

std::string name_of(const JobState& job) { return fmt::format("process {} ({})", job.process, job.command); }

/// Those of this user's processes are places, and told of as caches.
void check_places(Examination& examination, const util::Process& process, const JobState& job) {
  if (!process.same_mounts) return;
  for (const auto& [name, value] : process.variables)
    for (const cache::NamedPlace& named : cache::places_of_variable(name, value)) {
      const std::string path = util::canonical_directory(named.path);
      if (named.known->holds_roots && !is_known(examination, path))
        examination.found(DoctorFindingId::job_cache_not_indexed, path,
                          fmt::format("{} of {}: {}", name_of(job), job.user, name));
    }
}

}  // namespace

void check_jobs(Examination& examination) {
  const std::vector<std::string> caches = cache_paths(examination);
  util::ProcessQuery query;
  query.proc = examination.request.proc;
  query.variables = cache::place_variables();
  query.wants_mapping = [&caches](std::string_view path) { return is_triton(path) || lies_in_one(path, caches); };
  const util::ProcessList list = util::list_processes(query);
  examination.places = find_places(examination.request.environment, list.processes);
  examination.report.hidden_processes = list.hidden;
  for (const util::Process& process : list.processes) {
    JobState job{process.id, util::user_name(process.user), process.command, {}, process.mapped, process.same_mounts};
    for (const auto& [name, value] : process.variables) job.variables.push_back(name + "=" + value);
    check_places(examination, process, job);
    for (const std::string& path : process.mapped)
      if (path.ends_with(kGone) && !is_triton(path))
        examination.found(DoctorFindingId::job_mapped_file_gone, name_of(job), std::string(without_mark(path)));
    examination.report.jobs.push_back(std::move(job));
  }
}

}  // namespace tcm::service
