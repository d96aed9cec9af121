// SPDX-License-Identifier: Apache-2.0
// A process that has a file open, or mapped and closed again, until it is told to end.
#pragma once

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcm::test {

class FileUser {
 public:
  enum class How { open, mapped };

  FileUser(const std::filesystem::path& file, How how) {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) use(file.c_str(), how, ready[1]);
    ::close(ready[1]);
    char word = 0;
    const bool began = ::read(ready[0], &word, 1) == 1;
    ::close(ready[0]);
    if (!began) throw std::runtime_error(file.string() + " cannot be used");
  }
  ~FileUser() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  FileUser(const FileUser&) = delete;
  FileUser& operator=(const FileUser&) = delete;

  pid_t pid() const { return pid_; }

 private:
  // Between fork and the end only what a signal handler may call.
  [[noreturn]] static void use(const char* file, How how, int ready) {
    const int fd = ::open(file, O_RDONLY);
    if (fd < 0) ::_exit(1);
    if (how == How::mapped) {
      if (::mmap(nullptr, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED) ::_exit(1);
      ::close(fd);
    }
    if (::write(ready, "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }

  pid_t pid_ = -1;
};

}  // namespace tcm::test
