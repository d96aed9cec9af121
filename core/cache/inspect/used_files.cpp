// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/used_files.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/fd.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// A server that went silent must not hold up a look: what the kernel knows is enough.
constexpr int kKnownToKernel = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;

struct Found {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};

/// A regular file, links followed: those of /proc lead to what is open, whatever it is called by now.
std::optional<Found> file_at(int directory, const char* name) {
  struct statx found {};
  if (::statx(directory, name, kKnownToKernel, STATX_TYPE | STATX_INO, &found) != 0 || !S_ISREG(found.stx_mode))
    return std::nullopt;
  return Found{::makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino};
}

std::string read_line(int directory, const char* name) {
  const util::Fd file(::openat(directory, name, O_RDONLY | O_CLOEXEC));
  std::array<char, 64> text{};
  const ssize_t got = file.valid() ? ::read(file.get(), text.data(), text.size()) : 0;
  const std::string_view line(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return std::string(line.substr(0, line.find('\n')));
}

/// What a line of /proc/<pid>/maps says of a file that is mapped: "7f..-7f.. r-xp 00000000 fe:01 131 /lib/x.so".
struct Mapping {
  Found file;
  std::string_view path;
};

std::string_view take_word(std::string_view& line) {
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(blank);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return word;
}

template <class T>
bool read_number(std::string_view text, int base, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Mapping> parse_mapping(std::string_view line) {
  for (int field = 0; field < 3; ++field) take_word(line);
  const std::string_view device = take_word(line);
  const std::string_view inode = take_word(line);
  const std::size_t colon = device.find(':');
  unsigned major = 0;
  unsigned minor = 0;
  Mapping mapping;
  if (colon == std::string_view::npos || !read_number(device.substr(0, colon), 16, major) ||
      !read_number(device.substr(colon + 1), 16, minor) || !read_number(inode, 10, mapping.file.inode) ||
      mapping.file.inode == 0)
    return std::nullopt;
  mapping.file.device = ::makedev(major, minor);
  mapping.path = line;
  return mapping;
}

/// Calls `each` for every line of a file that may have a hundred thousand of them.
template <class Each>
void for_each_line(int fd, Each&& each) {
  constexpr std::size_t kLongest = 8192;  // longer than a path may be
  std::string text;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) return;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
      each(std::string_view(text).substr(start, end - start));
    text.erase(0, start);
    if (text.size() > kLongest) return;
  }
}

}  // namespace

/// Fills UsedFiles, one process after the other.
class ProcessLook {
 public:
  ProcessLook(const std::set<std::uint64_t>& devices, UsedFiles& used) : devices_(devices), used_(used) {}

  void run() {
    const util::Fd all(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!all.valid()) return;
    std::vector<pid_t> pids;
    disk::list_directory(all.get(), disk::list_buffer(), [&](const char* name, disk::NodeType) {
      pid_t pid = 0;
      if (read_number(name, 10, pid) && pid != ::getpid()) pids.push_back(pid);
      return true;
    });
    for (const pid_t pid : pids) {
      const util::Fd one(::openat(all.get(), std::to_string(pid).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (one.valid()) look(one.get(), pid);
    }
  }

 private:
  using Id = UsedFiles::Id;

  void look(int process, pid_t pid) {
    user_.reset();
    const util::Fd open_files(::openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open_files.valid())
      disk::list_directory(open_files.get(), disk::list_buffer(), [&](const char* name, disk::NodeType) {
        if (const auto file = file_at(open_files.get(), name)) add(*file, process, pid);
        return true;
      });
    const util::Fd maps(::openat(process, "maps", O_RDONLY | O_CLOEXEC));
    if (!maps.valid()) return;
    Found last;
    for_each_line(maps.get(), [&](std::string_view line) {
      const auto mapping = parse_mapping(line);
      // A library has a line for each of its segments.
      if (!mapping || (mapping->file.inode == last.inode && mapping->file.device == last.device)) return;
      last = mapping->file;
      add(mapping->file, process, pid);
      if (!devices_.contains(mapping->file.device)) add_by_path(*mapping, process, pid);
    });
  }

  // The maps of a process name the device below, where a file system has several of its own (btrfs, overlayfs): there
  // the path is asked, as the process sees it, once for each file. One that was replaced since is another file.
  void add_by_path(const Mapping& mapping, int process, pid_t pid) {
    const auto [known, fresh] = resolved_.try_emplace({mapping.file.device, mapping.file.inode});
    if (fresh && mapping.path.starts_with('/'))
      known->second = file_at(process, ("root" + std::string(mapping.path)).c_str());
    if (known->second) add(*known->second, process, pid);
  }

  void add(const Found& file, int process, pid_t pid) {
    if (!devices_.contains(file.device)) return;
    if (!user_) {
      user_ = used_.users_.size();
      used_.users_.push_back(fmt::format("pid {} ({})", pid, util::escape_control(read_line(process, "comm"))));
    }
    used_.files_.try_emplace(Id{file.device, file.inode}, *user_);
  }

  const std::set<std::uint64_t>& devices_;
  UsedFiles& used_;
  std::optional<std::size_t> user_;  // of the process that is looked at; absent: it has nothing here so far
  std::unordered_map<Id, std::optional<Found>, UsedFiles::Hash> resolved_;
};

UsedFiles UsedFiles::look(const std::set<std::uint64_t>& devices) {
  UsedFiles used;
  ProcessLook(devices, used).run();
  return used;
}

std::string UsedFiles::user_of(const std::vector<InspectedFile>& files) const {
  if (files_.empty()) return {};
  for (const InspectedFile& file : files)
    if (const auto found = files_.find({file.node.device, file.node.inode}); found != files_.end())
      return "in use by " + users_[found->second];
  return {};
}

}  // namespace tcm::cache
