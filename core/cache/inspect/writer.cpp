// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/writer.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/util/system/fd.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

// Clocks of file systems run apart from the kernel's, and file systems round.
constexpr std::int64_t kSlack = 2 * util::kSecond;

struct Process {
  char state = '?';
  std::uint64_t start_ticks = 0;  ///< since the machine began
};

// The fields of /proc/<pid>/stat behind the command's name, which may hold anything (proc(5)): the state is the first
// of them, the time it began the twentieth.
std::optional<Process> parse(std::string_view text) {
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string_view::npos || bracket + 2 >= text.size()) return std::nullopt;
  text.remove_prefix(bracket + 2);
  Process process;
  process.state = text.front();
  for (int field = 0; field < 19; ++field) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    text.remove_prefix(blank + 1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), process.start_ticks);
  if (error != std::errc()) return std::nullopt;
  return process;
}

std::optional<Process> process_of(pid_t pid) {
  const util::Fd file(::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  return got > 0 ? parse({text.data(), static_cast<std::size_t>(got)}) : std::nullopt;
}

std::int64_t start_of(const Process& process) {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const std::int64_t running = since_boot.tv_sec * util::kSecond + since_boot.tv_nsec;
  const std::int64_t a_second = ::sysconf(_SC_CLK_TCK);
  return util::now_ns() - running + static_cast<std::int64_t>(process.start_ticks) * (util::kSecond / a_second);
}

}  // namespace

std::optional<pid_t> writer_of(std::string_view name) {
  constexpr std::string_view kMark = "tmp.pid_";
  const std::size_t mark = name.starts_with(kMark) ? 0 : name.find(".tmp.pid_") + 1;  // npos + 1 is 0
  if (!name.substr(mark).starts_with(kMark)) return std::nullopt;
  const std::size_t at = mark + kMark.size();
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data() + at, name.data() + name.size(), pid);
  if (error != std::errc() || pid <= 0 || end == name.data() + name.size() || *end != '_') return std::nullopt;
  return pid;
}

bool is_live_writer(pid_t pid, std::int64_t touched_ns) {
  if (::kill(pid, 0) != 0 && errno == ESRCH) return false;
  const std::optional<Process> process = process_of(pid);
  if (!process) return ::kill(pid, 0) == 0 || errno != ESRCH;  // it runs, and its times are hidden from us
  if (process->state == 'Z' || process->state == 'X') return false;
  return start_of(*process) <= touched_ns + kSlack;
}

}  // namespace tcm::cache
