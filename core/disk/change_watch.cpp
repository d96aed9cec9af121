// SPDX-License-Identifier: Apache-2.0
#include "core/disk/change_watch.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/file.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::disk {
namespace {

constexpr std::uint32_t kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t kItself = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

/// "fs.inotify.max_user_watches (8192)"
std::string limit_text(std::string_view name) {
  const auto value = util::read_small_file(fmt::format("/proc/sys/fs/inotify/{}", name), 64);
  const std::string text = value ? value->text.substr(0, value->text.find('\n')) : "?";
  return fmt::format("fs.inotify.{} ({})", name, text);
}

}  // namespace

Result<ChangeWatch> ChangeWatch::create() {
  util::Fd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (fd.valid()) return ChangeWatch(std::move(fd));
  if (errno == EMFILE)
    return fail(ErrorCode::failed,
                fmt::format("the kernel's limit {} is reached: end another watcher, or raise it with sysctl",
                            limit_text("max_user_instances")));
  return util::system_error("the kernel cannot watch directories", errno);
}

Result<void> ChangeWatch::add(const std::string& directory, const std::string& only) {
  util::Fd opened;
  if (const int error = open_resolved_directory(directory.c_str(), opened); error != 0)
    return util::system_error(directory + ": cannot be watched", error);
  // By the descriptor, so that it is this directory whatever its path leads to by now.
  const int number = ::inotify_add_watch(fd_.get(), fmt::format("/proc/self/fd/{}", opened.get()).c_str(),
                                         kNames | kItself | IN_ONLYDIR);
  if (number < 0 && errno == ENOSPC)
    return fail(ErrorCode::no_space,
                fmt::format("{}: cannot be watched: the kernel's limit {} is reached; raise it with "
                            "sysctl",
                            directory, limit_text("max_user_watches")));
  if (number < 0) return util::system_error(directory + ": cannot be watched", errno);
  const auto [watched, fresh] = watches_.try_emplace(number);
  if (only.empty())
    watched->second.only.clear();
  else if (fresh || !watched->second.only.empty())
    watched->second.only.insert(only);
  watched->second.directory = directory;
  if (only.empty()) directories_.insert(directory);
  return {};
}

void ChangeWatch::sleep(int fd, std::optional<std::chrono::milliseconds> time, const std::atomic<bool>& stop) const {
  sigset_t ending;
  sigset_t before;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  // Between the look at `stop` and the sleep no signal may come, or it would end nothing.
  ::pthread_sigmask(SIG_BLOCK, &ending, &before);
  if (!stop.load()) {
    pollfd polled{fd, POLLIN, 0};
    timespec span{};
    if (time) span = {time->count() / 1000, time->count() % 1000 * 1'000'000};
    ::ppoll(&polled, fd < 0 ? 0 : 1, time ? &span : nullptr, &before);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ChangeWatch::pause(std::chrono::milliseconds time, const std::atomic<bool>& stop) const { sleep(-1, time, stop); }

Result<ChangeHint> ChangeWatch::wait(std::optional<std::chrono::milliseconds> time, const std::atomic<bool>& stop) {
  sleep(fd_.get(), time, stop);
  return fetch();
}

Result<ChangeHint> ChangeWatch::fetch() {
  ChangeHint hint;
  alignas(inotify_event) std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return hint;
    if (got <= 0) return util::system_error("the watch of directories cannot be read", errno);
    for (ssize_t at = 0; at < got;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      // The name is filled up with zeros.
      const char* const name = buffer.data() + at + sizeof event;
      take(event, std::string_view(name, ::strnlen(name, event.len)), hint);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

void ChangeWatch::take(const ::inotify_event& event, std::string_view name, ChangeHint& hint) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    hint.changed = hint.overflowed = true;
    return;
  }
  const auto watched = watches_.find(event.wd);
  if (watched == watches_.end()) return;
  if ((event.mask & IN_IGNORED) != 0) {  // it is gone
    directories_.erase(watched->second.directory);
    watches_.erase(watched);
    hint.changed = true;
    return;
  }
  // Its path leads elsewhere from now on; the kernel answers with IN_IGNORED.
  if ((event.mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(fd_.get(), event.wd);
  const std::set<std::string>& only = watched->second.only;
  hint.changed |= (event.mask & kItself) != 0 || only.empty() || only.contains(std::string(name));
}

}  // namespace tcm::disk
