// SPDX-License-Identifier: Apache-2.0
// Real streams for tests: a temporary file to read back, and a pseudo terminal.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/util/system/fd.hpp"

namespace tcm::cli::testing {

/// A file that has no name and is read back whole.
class TemporaryStream {
 public:
  TemporaryStream() : stream_(std::tmpfile()) {
    if (stream_ == nullptr) throw std::runtime_error("tmpfile");
  }
  ~TemporaryStream() { std::fclose(stream_); }
  TemporaryStream(const TemporaryStream&) = delete;
  TemporaryStream& operator=(const TemporaryStream&) = delete;

  std::FILE* get() const { return stream_; }
  std::string text() const {
    std::fflush(stream_);
    std::rewind(stream_);
    std::string all;
    for (int c = 0; (c = std::fgetc(stream_)) != EOF;) all += static_cast<char>(c);
    return all;
  }

 private:
  std::FILE* stream_;
};

/// The program's side is a stream, the other side is what a terminal emulator would get to see.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns = 0) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (!master_.valid() || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0)
      throw std::runtime_error("pty");
    const int slave = ::open(::ptsname(master_.get()), O_RDWR | O_NOCTTY);
    if (slave < 0) throw std::runtime_error("pty");
    const winsize size{24, columns, 0, 0};
    ::ioctl(slave, TIOCSWINSZ, &size);
    stream_ = ::fdopen(slave, "w");
  }
  ~PseudoTerminal() { std::fclose(stream_); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  std::FILE* get() const { return stream_; }
  int fd() const { return ::fileno(stream_); }

  /// What arrives until the text is among it; gives up after a minute.
  std::string read_until(const std::string& text) const {
    std::string all;
    pollfd ready{master_.get(), POLLIN, 0};
    while (all.find(text) == std::string::npos && ::poll(&ready, 1, 60'000) == 1) {
      char block[4096];
      const ssize_t count = ::read(master_.get(), block, sizeof block);
      if (count <= 0) break;
      all.append(block, static_cast<std::size_t>(count));
    }
    return all;
  }

  /// What arrives until nothing came for `quiet_ms`.
  std::string read(int quiet_ms) const {
    std::string all;
    pollfd ready{master_.get(), POLLIN, 0};
    while (::poll(&ready, 1, quiet_ms) == 1) {
      char block[4096];
      const ssize_t count = ::read(master_.get(), block, sizeof block);
      if (count <= 0) break;
      all.append(block, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  util::Fd master_;
  std::FILE* stream_ = nullptr;
};

}  // namespace tcm::cli::testing
