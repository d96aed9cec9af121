// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"

namespace tcm::util {
namespace {

constexpr std::array kPassedOn{SIGINT, SIGQUIT, SIGTERM, SIGHUP};

volatile sig_atomic_t g_child = 0;

// What comes from the kernel comes from the terminal, which tells the whole group.
extern "C" void pass_on(int signal, siginfo_t* info, void*) {
  const int before = errno;
  if (info->si_code != SI_KERNEL && g_child > 0) ::kill(g_child, signal);
  errno = before;
}

/// While it lives, signals go to the child. They wait until there is one.
class PassedSignals {
 public:
  PassedSignals() {
    sigset_t all;
    ::sigemptyset(&all);
    for (const int signal : kPassedOn) ::sigaddset(&all, signal);
    ::sigprocmask(SIG_BLOCK, &all, &mask_);
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) {
      ::sigaction(kPassedOn[i], nullptr, &before_[i]);
      if (before_[i].sa_handler == SIG_IGN) continue;  // nohup wants the child to ignore it, too
      struct sigaction action {};
      action.sa_sigaction = pass_on;
      action.sa_flags = SA_SIGINFO | SA_RESTART;
      ::sigaction(kPassedOn[i], &action, nullptr);
    }
  }
  ~PassedSignals() {
    g_child = 0;
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) ::sigaction(kPassedOn[i], &before_[i], nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }
  PassedSignals(const PassedSignals&) = delete;
  PassedSignals& operator=(const PassedSignals&) = delete;

  const sigset_t& mask() const { return mask_; }
  void send_to(::pid_t child) {
    g_child = child;
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }

 private:
  sigset_t mask_{};
  std::array<struct sigaction, kPassedOn.size()> before_{};
};

/// The environment, with other values for some variables.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> result;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : variables) replaced |= text.substr(0, text.find('=')) == name;
    if (!replaced) result.emplace_back(text);
  }
  for (const auto& [name, value] : variables) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Signals are in the child as they were when this program was started.
int spawn(const std::vector<std::string>& command, std::vector<std::string> environment, const sigset_t& mask,
          int output, ::pid_t& child) {
  std::vector<std::string> words = command;
  ::posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (output >= 0) ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  const int error = ::posix_spawnp(&child, words.front().c_str(), &files, &attributes, pointers(words).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Result<int> run_child(const std::vector<std::string>& command,
                      const std::vector<std::pair<std::string, std::string>>& variables, int output) {
  PassedSignals signals;
  ::pid_t child = 0;
  if (const int error = spawn(command, environment_with(variables), signals.mask(), output, child); error != 0)
    return system_error(command.front() + ": cannot be run", error);
  signals.send_to(child);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail(ErrorCode::failed, fmt::format("{}: its exit status is unknown", command.front()));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace tcm::util
