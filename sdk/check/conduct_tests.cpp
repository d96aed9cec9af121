// SPDX-License-Identifier: Apache-2.0
// What a plugin does to the process that it is a guest of.
#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sdk/check/plugin.hpp"

extern char** environ;

namespace tcm::check {
namespace {

namespace fs = std::filesystem;

/// Loads, opens, analyses everything that there is, closes.
void live(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  for (const auto& sample : inputs_of(subject, plugin.api()))
    analyse_all(plugin, {sample.bytes.data(), sample.bytes.size(), sample.extension, sample.kind, false});
}

std::set<std::string> names_in(const char* directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
  return names;
}

std::set<int> open_files() {
  std::set<int> files;
  for (int fd = 0; fd < 1024; ++fd) {
    struct stat status {};
    if (::fstat(fd, &status) == 0) files.insert(fd);
  }
  return files;
}

Finding is_silent(const Subject& subject) {
  const int file = ::memfd_create("written", 0);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  live(subject);
  std::fflush(nullptr);
  struct stat status {};
  ::fstat(file, &status);
  return status.st_size == 0 ? pass() : fail(fmt::format("wrote {} bytes to standard streams", status.st_size));
}

Finding leaves_no_files_open(const Subject& subject) {
  const auto before = open_files();
  live(subject);
  return open_files() == before ? pass() : fail("left a file open, or closed one that is not its own");
}

Finding leaves_no_threads(const Subject& subject) {
  const auto before = names_in("/proc/self/task").size();
  live(subject);
  const auto after = names_in("/proc/self/task").size();
  return after == before ? pass() : fail(fmt::format("left {} threads behind", after - before));
}

/// All that P-45 names, in one text.
std::string process_state() {
  std::string state =
      fmt::format("directory {}; locale {}; ", fs::current_path().string(), std::setlocale(LC_ALL, nullptr));
  for (char** variable = environ; *variable != nullptr; ++variable) state += std::string(*variable) + "; ";
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    state +=
        fmt::format("signal {} {} {}; ", signal, reinterpret_cast<const void*>(action.sa_handler), action.sa_flags);
  }
  for (const auto resource : {RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_NOFILE, RLIMIT_STACK}) {
    rlimit limit{};
    ::getrlimit(resource, &limit);
    state += fmt::format("limit {} {} {}; ", static_cast<int>(resource), limit.rlim_cur, limit.rlim_max);
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return state + fmt::format("umask {}", mask);
}

Finding leaves_process_alone(const Subject& subject) {
  const std::string before = process_state();
  live(subject);
  const std::string after = process_state();
  if (after == before) return pass();
  const auto differs = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto at = static_cast<std::size_t>(std::distance(before.begin(), differs.first));
  const auto start = before.rfind("; ", at);
  return fail(fmt::format("changed '{}'", before.substr(start == std::string::npos ? 0 : start + 2, 60)));
}

bool is_device(const std::string& path) {
  static const std::set<std::string> kHarmless{"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/tty"};
  return path.starts_with("/dev/") && !path.starts_with("/dev/pts/") && !path.starts_with("/dev/shm/") &&
         kHarmless.count(path) == 0;
}

/// Devices show as mappings and as open files.
std::set<std::string> devices_in_use() {
  std::set<std::string> devices;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto place = line.find('/');
    if (place != std::string::npos && is_device(line.substr(place))) devices.insert(line.substr(place));
  }
  for (const int fd : open_files()) {
    std::error_code error;
    const auto path = fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), error).string();
    if (is_device(path)) devices.insert(path);
  }
  return devices;
}

/// Looked at while the plugin is open.
Finding uses_no_device(const Subject& subject) {
  const auto before = devices_in_use();
  const OpenPlugin plugin(subject.path);
  for (const auto& sample : inputs_of(subject, plugin.api()))
    analyse_all(plugin, {sample.bytes.data(), sample.bytes.size(), sample.extension, sample.kind, false});
  for (const auto& device : devices_in_use())
    if (before.count(device) == 0) return fail("uses " + device);
  return pass();
}

Finding descriptor_stays(const Subject& subject) {
  const tcm_kernel_backend_plugin& plugin = describe(subject.path);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&plugin);
  const std::vector<std::uint8_t> before(bytes, bytes + sizeof plugin);
  live(subject);
  return std::equal(before.begin(), before.end(), bytes) ? pass() : fail("changed its descriptor");
}

/// Plugins that a host finds together.
Finding id_is_its_own(const Subject& subject) {
  if (subject.beside.empty()) return skip("no other plugin was given");
  for (const auto& other : subject.beside)
    if (std::strcmp(describe(other).id, describe(subject.path).id) == 0)
      return fail(fmt::format("'{}' is the id of {} too", describe(subject.path).id, other));
  return pass();
}

Finding targets_are_its_own(const Subject& subject) {
  if (subject.beside.empty()) return skip("no other plugin was given");
  const auto& plugin = describe(subject.path);
  for (const auto& path : subject.beside) {
    const auto& other = describe(path);
    for (std::uint32_t i = 0; i < plugin.target_count; ++i)
      for (std::uint32_t j = 0; j < other.target_count; ++j)
        if (std::strcmp(plugin.targets[i]->name, other.targets[j]->name) == 0)
          return warn(
              fmt::format("target '{}' is served by {} too; the first found wins", plugin.targets[i]->name, path));
  }
  return pass();
}

}  // namespace

std::vector<Test> conduct_tests() {
  return {
      {"conduct.silent", "P-44", "writes to no standard stream", 8, false, is_silent},
      {"conduct.files", "P-44", "leaves no file open", 8, false, leaves_no_files_open},
      {"conduct.threads", "P-44", "leaves no thread behind", 8, false, leaves_no_threads},
      {"conduct.devices", "P-5 P-44", "uses no device", 8, false, uses_no_device},
      {"conduct.process", "P-4 P-45", "environment, directory, locale, signals and limits stay", 8, false,
       leaves_process_alone},
      {"conduct.descriptor", "P-11", "the descriptor never changes", 8, false, descriptor_stays},
      {"beside.id", "P-22", "no other plugin given has its id", 8, false, id_is_its_own},
      {"beside.targets", "P-24", "no other plugin given serves its targets", 8, false, targets_are_its_own},
  };
}

}  // namespace tcm::check
