// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shimmed.hpp"

#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcm::test {
namespace {

[[noreturn]] void exec(int output, const std::filesystem::path& program, std::vector<char*> arguments,
                       const std::vector<std::pair<std::string, std::string>>& environment) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  // The sanitizer wants to be the first library; the shim has to be.
  ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1);
  // By its name alone: a blank in the path would end it there.
  const std::filesystem::path shim(TCM_FAULT_SHIM);
  ::setenv("LD_PRELOAD", shim.filename().c_str(), 1);
  ::setenv("LD_LIBRARY_PATH", shim.parent_path().c_str(), 1);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::execv(program.c_str(), arguments.data());
  ::_exit(127);
}

}  // namespace

ShimmedRun run_shimmed(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const std::vector<std::pair<std::string, std::string>>& environment,
                       const std::function<void()>& paused) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) exec(ends[1], program, std::move(pointers), environment);
  ::close(ends[1]);
  ShimmedRun run;
  int status = 0;
  bool ended = false;
  if (paused) {
    ::waitpid(child, &status, WUNTRACED);
    ended = !WIFSTOPPED(status);
    if (!ended) {
      paused();
      ::kill(child, SIGCONT);
    }
  }
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    run.output.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  if (!ended) ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
  return run;
}

}  // namespace tcm::test
