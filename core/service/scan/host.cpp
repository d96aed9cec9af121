// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/host.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/util/machine_id.hpp"

namespace tcm::service {
namespace {

// statfs(2) and the file systems' own headers: NFS, Lustre, GPFS, Ceph, SMB (three generations), BeeGFS, AFS, 9P, FUSE.
constexpr std::array<unsigned long, 11> kNetworkTypes{0x6969,     0x0BD00BD0, 0x47504653, 0x00C36400,
                                                      0xFF534D42, 0xFE534D42, 0x517B,     0x19830326,
                                                      0x5346414F, 0x01021997, 0x65735546};

std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// "type source" of the mount of a device (proc(5), mountinfo); empty when there is none.
std::string mounted_from(dev_t device) {
  const std::string wanted = fmt::format("{}:{}", major(device), minor(device));
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string id, parent, number, word, type, source;
    words >> id >> parent >> number;
    if (number != wanted) continue;
    while (words >> word && word != "-") {
    }
    if (words >> type >> source) return type + " " + source;
  }
  return {};
}

std::string file_system_of(const struct statfs& system, dev_t device) {
  const auto type = static_cast<unsigned long>(system.f_type) & 0xFFFFFFFFUL;
  if (std::find(kNetworkTypes.begin(), kNetworkTypes.end(), type) != kNetworkTypes.end()) {
    std::uint64_t id = 0;
    static_assert(sizeof(system.f_fsid) == sizeof id);
    std::memcpy(&id, &system.f_fsid, sizeof id);
    if (id != 0) return fmt::format("{:x} {:x}", type, id);
    return mounted_from(device);
  }
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  return boot.empty() ? std::string() : fmt::format("boot {} {}:{}", boot, major(device), minor(device));
}

}  // namespace

index::HostName this_host(const std::string& name) {
  if (!name.empty()) return {name, {}};
  std::array<char, 256> called{};
  if (::gethostname(called.data(), called.size() - 1) != 0 || called.front() == '\0')
    std::strncpy(called.data(), "localhost", called.size() - 1);
  return {called.data(), util::hashed_machine_id(first_line("/etc/machine-id"))};
}

model::DirectoryPlace place_of(const std::string& path) {
  struct stat status {};
  struct statfs system {};
  if (::stat(path.c_str(), &status) != 0 || ::statfs(path.c_str(), &system) != 0) return {};
  std::string file_system = file_system_of(system, status.st_dev);
  if (file_system.empty()) return {};
  return {std::move(file_system), static_cast<std::uint64_t>(status.st_ino)};
}

}  // namespace tcm::service
