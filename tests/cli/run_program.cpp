// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/run_program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcm::test {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

[[noreturn]] void execute(const std::string& program, const ProgramRun& run) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : run.environment) variables.push_back(name + "=" + value);
  if (!run.environment.contains("PATH")) variables.emplace_back("PATH=/usr/bin:/bin");
  // Sanitizers are told through the environment, too.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name); value != nullptr && !run.environment.contains(name))
      variables.push_back(std::string(name) + "=" + value);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  std::vector<std::string> words{program};
  words.insert(words.end(), run.arguments.begin(), run.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  if (!run.directory.empty() && ::chdir(run.directory.c_str()) != 0) ::_exit(126);
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(program.c_str(), arguments.data(), environment.data());
  ::_exit(127);
}

/// Reads several descriptors until all have ended.
void drain(std::vector<std::pair<int, std::string*>> sources) {
  std::array<char, 65536> buffer{};
  while (!sources.empty()) {
    std::vector<pollfd> polled;
    for (const auto& source : sources) polled.push_back({source.first, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) throw std::runtime_error("poll");
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const ssize_t count = ::read(sources[i].first, buffer.data(), buffer.size());
      if (count > 0) {
        sources[i].second->append(buffer.data(), static_cast<std::size_t>(count));
      } else if (count == 0 || errno != EINTR) {  // a terminal ends with EIO
        ::close(sources[i].first);
        sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ProgramResult run_on_terminal(const std::string& program, const ProgramRun& run) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(run.terminal_width);
  size.ws_row = 24;
  int master = -1;
  const pid_t child = ::forkpty(&master, nullptr, nullptr, &size);
  if (child < 0) throw std::runtime_error("forkpty");
  if (child == 0) execute(program, run);
  ProgramResult result;
  if (!run.input.empty() && ::write(master, run.input.data(), run.input.size()) < 0) throw std::runtime_error("write");
  drain({{master, &result.out}});
  result.exit_code = wait_for(child);
  // The terminal turns \n into \r\n.
  std::erase(result.out, '\r');
  return result;
}

}  // namespace

ProgramResult run_program(const std::string& program, const ProgramRun& run) {
  if (run.terminal_width > 0) return run_on_terminal(program, run);
  Pipe out;
  Pipe err;
  Pipe in;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::strerror(errno));
  if (child == 0) {
    const int input = run.input.empty() ? ::open("/dev/null", O_RDONLY) : in.read_end;
    ::dup2(input, STDIN_FILENO);
    ::dup2(out.write_end, STDOUT_FILENO);
    ::dup2(err.write_end, STDERR_FILENO);
    execute(program, run);
  }
  ::close(out.write_end);
  ::close(err.write_end);
  ::close(in.read_end);
  if (!run.input.empty() && ::write(in.write_end, run.input.data(), run.input.size()) < 0)
    throw std::runtime_error("write");
  ::close(in.write_end);
  ProgramResult result;
  drain({{out.read_end, &result.out}, {err.read_end, &result.err}});
  result.exit_code = wait_for(child);
  return result;
}

}  // namespace tcm::test
