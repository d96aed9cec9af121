// SPDX-License-Identifier: Apache-2.0
#include "tests/service/doctor/doctor_fixture.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/service/scan/host.hpp"

namespace tcm::test {

namespace fs = std::filesystem;

Machine::Machine() {
  variables = {
      {"HOME", home().string()}, {"TMPDIR", (home() / "tmp").string()}, {"TCM_DATA_DIR", (home() / "data").string()}};
  fs::create_directories(home() / "tmp");
  add_kernel(cache());
  index();
}

Machine::~Machine() {
  for (const pid_t child : children_) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  for (auto point = mounted_.rbegin(); point != mounted_.rend(); ++point) ::umount2(point->c_str(), MNT_DETACH);
}

void Machine::index(std::vector<std::string> dirs) {
  if (dirs.empty()) dirs = {cache().string()};
  auto index = index::Index::open(database().string(), index::OpenMode::create);
  if (!index || !index->use_host(service::this_host({}))) throw std::runtime_error("no index");
  const service::Backends backends{built_plugins()};
  service::IndexRequest request;
  request.cache_dirs = std::move(dirs);
  service::IndexProgress progress;
  const auto report = service::index_caches(request, *index, backends, progress);
  if (!report) throw std::runtime_error(report.error().message);
}

service::DoctorReport Machine::examine() {
  const auto variable = [this](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  const config::Environment environment = [&](const char* name) { return variable(name); };
  config::Files files;
  files.user = (home() / ".config/tcm/config.toml").string();
  files.directory = (home() / "project").string();
  files.home = home().string();
  auto settings = config::resolve({}, environment, files);
  std::optional<Error> broken;
  if (!settings) {
    broken = settings.error();
    settings = config::resolve({}, environment);
  }
  service::DoctorRequest request{.settings = settings.value()};
  request.broken_settings = broken;
  request.settings_files = config::find_files(files);
  request.unknown_variables = config::unknown_variables(set_variables);
  request.environment.variable = variable;
  request.environment.home = home().string();
  request.environment.user = ::geteuid();
  request.proc = proc;
  request.timeout = std::chrono::seconds(1);
  request.now_ns = util::now_ns();
  request.open_index = [&]() -> Result<index::Index> {
    auto index = index::Index::open(settings->storage.url.value, index::OpenMode::read);
    if (index) TCM_TRY(index->use_host(service::this_host({})));
    return index;
  };
  backend::SearchOptions search;
  search.plugin_path = {plugins};
  const service::Backends backends(search);
  cache::DiskMeter meter(service::kMostNamesLookedAt);
  return service::examine(request, backends, meter);
}

void Machine::mount(const fs::path& at, unsigned long flags, const std::string& options) {
  if (::geteuid() != 0) throw SkipTest{"needs the rights of root to mount a file system"};
  fs::create_directories(at);
  // What is read-only is filled before.
  if (::mount("tmpfs", at.c_str(), "tmpfs", flags & ~static_cast<unsigned long>(MS_RDONLY), options.c_str()) != 0)
    throw SkipTest{std::string("nothing can be mounted here: ") + std::strerror(errno)};
  mounted_.push_back(at.string());
  add_kernel(at);
  if ((flags & MS_RDONLY) != 0 && ::mount(nullptr, at.c_str(), nullptr, flags | MS_REMOUNT, nullptr) != 0)
    throw SkipTest{std::string("nothing can be mounted read-only here: ") + std::strerror(errno)};
}

void Machine::fill(const fs::path& at, std::uint64_t left) {
  std::ofstream file(at / "filler", std::ios::binary);
  const std::string block(4096, 'x');
  for (struct statvfs room{}; ::statvfs(at.c_str(), &room) == 0 && room.f_bavail * room.f_frsize >= left + 4096;)
    if (!file.write(block.data(), 4096).flush()) return;
}

void Machine::fill_inodes(const fs::path& at, std::uint64_t left) {
  fs::create_directories(at / "files");
  for (struct statvfs room{}; ::statvfs(at.c_str(), &room) == 0 && room.f_favail > left;)
    std::ofstream(at / "files" / std::to_string(room.f_favail)).close();
}

pid_t Machine::start(std::vector<std::string> environment, ::uid_t user, const std::string& mapped) {
  std::vector<char*> entries;
  for (std::string& entry : environment) entries.push_back(entry.data());
  entries.push_back(nullptr);
  const int file = mapped.empty() ? -1 : ::open(mapped.c_str(), O_RDONLY | O_CLOEXEC);
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    char program[] = "sleep", time[] = "60";
    char* const arguments[] = {program, time, nullptr};
    if (user != ::geteuid() && (::setgid(user) != 0 || ::setuid(user) != 0)) ::_exit(126);
    if (file < 0) ::execve("/bin/sleep", arguments, entries.data());
    if (file >= 0 && ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file, 0) != MAP_FAILED) {
      ::close(ready[1]);
      ::sleep(60);
    }
    ::_exit(127);
  }
  ::close(ready[1]);
  // Closed by the exec, or once it is mapped.
  char none = 0;
  while (::read(ready[0], &none, 1) < 0 && errno == EINTR) {
  }
  ::close(ready[0]);
  if (file >= 0) ::close(file);
  children_.push_back(child);
  return child;
}

}  // namespace tcm::test
