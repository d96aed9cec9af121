// SPDX-License-Identifier: Apache-2.0
#include "sdk/check/runner.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcm::check {
namespace {

/// Shared with the child, so that its last words survive it.
struct Progress {
  std::uint64_t number = 0;
  bool noted = false;
};

Progress& progress() {
  static auto* shared = static_cast<Progress*>(
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *shared;
}

std::string where() { return progress().noted ? fmt::format(" at --seed {}", progress().number) : std::string(); }

using Clock = std::chrono::steady_clock;

Finding run_here(const Test& test, const Subject& subject) {
  try {
    return test.run(subject);
  } catch (const std::exception& error) {
    return fail(error.what());
  } catch (...) {
    return fail("an exception came out of the plugin");
  }
}

void write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

/// The plugin's own words must not end up between the checker's.
void silence() {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::close(null);
}

[[noreturn]] void child(const Test& test, const Subject& subject, int out) {
  // A crash shall look like one, also where a sanitizer would rather explain it.
  for (const int fatal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::signal(fatal, SIG_DFL);
  silence();
  const Finding finding = run_here(test, subject);
  write_all(out, static_cast<char>('0' + static_cast<int>(finding.outcome)) + finding.text);
  ::_exit(0);  // no destructors: they belong to the parent
}

/// What the child wrote until it closed its end; null when the time ran out.
std::optional<std::string> read_until(int fd, Clock::time_point deadline) {
  std::string text;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

Finding verdict(const std::optional<std::string>& answer, int status, std::chrono::seconds limit) {
  if (!answer) return fail(fmt::format("did not finish within {} s{}", limit.count(), where()));
  if (WIFSIGNALED(status)) return fail(fmt::format("crashed: {}{}", ::strsignal(WTERMSIG(status)), where()));
  if (answer->empty()) return fail(fmt::format("ended the process with exit code {}", WEXITSTATUS(status)));
  return {static_cast<Outcome>(answer->front() - '0'), answer->substr(1)};
}

}  // namespace

void note_progress(std::uint64_t number) {
  progress().number = number;
  progress().noted = true;
}

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::fail: return "fail";
    case Outcome::warn: return "warn";
    case Outcome::skip: return "skip";
  }
  return "";
}

Finding run_test(const Test& test, const Subject& subject, const RunOptions& options) {
  if (options.in_process) return run_here(test, subject);
  progress().noted = false;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail("no pipe for the child process");
  std::fflush(nullptr);  // or the child would write it once more
  const pid_t pid = ::fork();
  if (pid < 0) return fail("no child process");
  if (pid == 0) {
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // an interrupted checker leaves nobody behind
    child(test, subject, ends[1]);
  }
  ::close(ends[1]);
  const auto answer = read_until(ends[0], Clock::now() + options.time_limit + subject.fuzz_time);
  ::close(ends[0]);
  if (!answer) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return verdict(answer, status, options.time_limit);
}

std::vector<Outcomes> run_tests(const std::vector<Test>& tests, const Subject& subject, const RunOptions& options,
                                const std::function<void(const Outcomes&)>& each) {
  std::vector<Outcomes> all;
  const Test* broken = nullptr;  // the lowest gate that did not hold
  for (const Test& test : tests) {
    Outcomes outcome{&test, {}, nullptr};
    if (broken != nullptr && broken->level < test.level) {
      outcome.needs = broken;
      outcome.finding = skip(fmt::format("because {} failed", broken->name));
    } else {
      outcome.finding = run_test(test, subject, options);
    }
    if (broken == nullptr && test.gate && outcome.finding.outcome == Outcome::fail) broken = &test;
    each(outcome);
    all.push_back(std::move(outcome));
  }
  return all;
}

std::vector<Test> all_tests() {
  std::vector<Test> tests;
  for (const auto& part : {object_tests(), descriptor_tests(), analysis_tests(), hostile_tests(), conduct_tests()})
    tests.insert(tests.end(), part.begin(), part.end());
  return tests;
}

}  // namespace tcm::check
