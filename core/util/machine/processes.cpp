// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "core/util/machine/proc_file.hpp"
#include "core/util/text/text.hpp"

namespace tcm::util {
namespace {

constexpr std::size_t kMostEnvironment = std::size_t{1} << 20;
constexpr std::size_t kMostMappings = std::size_t{8} << 20;
constexpr std::size_t kMostProcesses = 65'536;
constexpr std::size_t kMostMapped = 16;

std::vector<int> ids_in(const std::string& proc) {
  std::vector<int> ids;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(proc, error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    int id = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), id);
    if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size() && id > 0) ids.push_back(id);
    if (ids.size() == kMostProcesses) break;
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void read_variables(std::string_view environment, const std::vector<std::string>& names, Process& process) {
  for (const std::string_view entry : split(environment, '\0')) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    if (std::find(names.begin(), names.end(), entry.substr(0, equals)) != names.end())
      process.variables.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
}

/// "7f1c…-7f1c… r-xp 00000000 08:02 1234    /path with blanks"
std::string_view path_of_mapping(std::string_view line) {
  const std::size_t slash = line.find('/');
  return slash == std::string_view::npos ? std::string_view() : line.substr(slash);
}

void read_mappings(std::string_view maps, const std::function<bool(std::string_view)>& wants, Process& process) {
  std::string_view last;
  for (const std::string_view line : split(maps, '\n')) {
    const std::string_view path = path_of_mapping(line);
    // The parts of one file follow each other.
    if (path.empty() || path == last) continue;
    last = path;
    if (!wants(path) || std::find(process.mapped.begin(), process.mapped.end(), path) != process.mapped.end()) continue;
    process.mapped.emplace_back(path);
    if (process.mapped.size() == kMostMapped) return;
  }
}

/// The inode of a namespace; 0 when it cannot be seen.
ino_t namespace_of(const std::string& directory) {
  struct stat status {};
  return ::stat((directory + "/ns/mnt").c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

ProcessList list_processes(const ProcessQuery& query) {
  ProcessList list;
  const ino_t own = namespace_of(query.proc + "/self");
  std::string text;
  for (const int id : ids_in(query.proc)) {
    if (id == ::getpid()) continue;
    const std::string directory = query.proc + "/" + std::to_string(id);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) continue;
    Process process;
    process.id = id;
    process.user = status.st_uid;
    const int error = read_proc_file(directory + "/environ", kMostEnvironment, text);
    if (error == EACCES || error == EPERM) ++list.hidden;
    if (error != 0) continue;
    read_variables(text, query.variables, process);
    if (query.wants_mapping && read_proc_file(directory + "/maps", kMostMappings, text) == 0)
      read_mappings(text, query.wants_mapping, process);
    if (process.variables.empty() && process.mapped.empty()) continue;
    if (read_proc_file(directory + "/comm", 64, text) == 0) process.command = std::string(trim(text));
    const ino_t theirs = namespace_of(directory);
    process.same_mounts = own == 0 || theirs == 0 || own == theirs;
    list.processes.push_back(std::move(process));
  }
  return list;
}

}  // namespace tcm::util
