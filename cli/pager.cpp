// SPDX-License-Identifier: Apache-2.0
#include "cli/pager.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util/system/env.hpp"

namespace tcm::cli {
namespace {

// Ends at once when all fits one screen, keeps colours, and leaves the text on the screen.
constexpr const char* kStandard = "if command -v less >/dev/null; then exec less -FRX; else exec cat; fi";

[[noreturn]] void become_pager(const std::string& command, int input) {
  std::signal(SIGPIPE, SIG_DFL);
  ::dup2(input, STDIN_FILENO);
  // What is printed is UTF-8 in every locale.
  ::setenv("LESSCHARSET", "utf-8", 0);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  ::_exit(127);
}

void put_back(int& kept, int descriptor) {
  if (kept < 0) return;
  ::dup2(kept, descriptor);
  ::close(kept);
  kept = -1;
}

}  // namespace

std::optional<std::string> pager_command() {
  for (const char* name : {"TCM_PAGER", "PAGER"})
    if (const auto value = util::get_env_secure(name))
      return value->empty() || *value == "cat" ? std::nullopt : std::optional(*value);
  // A name that is absent for want of trust and one that is not set look the same here.
  return util::get_env_secure("PATH") ? std::optional<std::string>(kStandard) : std::nullopt;
}

Pager::Pager(std::FILE* data, const Terminal& terminal) : data_(data) {
  if (!terminal.is_tty || !terminal.cursor || ::isatty(STDIN_FILENO) != 1) return;
  if (const auto command = pager_command()) start(*command);
}

void Pager::start(const std::string& command) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return;
  std::fflush(data_);
  const pid_t child = ::fork();
  if (child == 0) become_pager(command, pipe[0]);
  ::close(pipe[0]);
  if (child > 0) {
    child_ = child;
    kept_data_ = ::fcntl(::fileno(data_), F_DUPFD_CLOEXEC, 3);
    ::dup2(pipe[1], ::fileno(data_));
    if (::isatty(STDERR_FILENO) == 1) {
      kept_error_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
      ::dup2(pipe[1], STDERR_FILENO);
    }
    // The pager takes the key of a person who has seen enough; the program then finds the pipe closed.
    std::signal(SIGINT, SIG_IGN);
  }
  ::close(pipe[1]);
}

Pager::~Pager() {
  if (child_ < 0) return;
  // What the pager did not want must not reach the terminal after all.
  if (std::fflush(data_) != 0) ::__fpurge(data_);
  put_back(kept_data_, ::fileno(data_));
  put_back(kept_error_, STDERR_FILENO);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace tcm::cli
