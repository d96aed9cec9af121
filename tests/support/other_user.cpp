// SPDX-License-Identifier: Apache-2.0
#include "tests/support/other_user.hpp"

#include <stdexcept>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

namespace tcm::test {
namespace {

constexpr unsigned kNobody = 65534;

[[noreturn]] void run_child(int out, const std::function<std::string()>& work) {
  std::string answer;
  if (::geteuid() == 0 && (::setegid(kNobody) != 0 || ::seteuid(kNobody) != 0)) {
    answer = "child: cannot become an ordinary user";
  } else {
    try {
      answer = work();
    } catch (const std::exception& error) {
      answer = std::string("child: ") + error.what();
    }
  }
  const bool written = ::write(out, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
  ::_exit(written ? 0 : 1);
}

}  // namespace

void give_up_root() {
  if (::getuid() != 0) return;
  if (::seteuid(0) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0)
    throw std::runtime_error("cannot give up root");
}

std::string as_ordinary_user(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) run_child(ends[1], work);
  ::close(ends[1]);
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    answer.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? answer : "child: died";
}

}  // namespace tcm::test
