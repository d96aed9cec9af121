// SPDX-License-Identifier: Apache-2.0
// What archives are read from.
#pragma once

#include <cstdint>
#include <string>

#include <sys/stat.h>

#include "core/cache/pack/archive_reader.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::service {

/// An open file or pipe. One thread at a time.
class InputFile {
 public:
  /// Errors: missing, denied, failed (a directory).
  static Result<InputFile> open(const std::string& path);
  /// Standard input.
  static InputFile standard();

  /// Reads on from where it stands. Valid as long as the file.
  cache::ArchiveReader::Source source();

  /// Its first bytes, at most so many, without reading on. Empty where that
  /// cannot be, as of a pipe.
  std::string head(std::size_t bytes) const;

  /// Whether it lies on a disk; false for a pipe.
  bool is_regular() const { return opened_.regular; }
  /// Whether its path leads to it as it was when it was opened: nobody wrote to
  /// it, renamed or replaced it.
  bool is_unchanged() const;

 private:
  /// What tells that a file was changed.
  struct State {
    bool regular = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;
    std::int64_t ctime_ns = 0;

    bool operator==(const State&) const = default;
  };
  static State state_of(const struct ::stat& node);

  InputFile(std::string name, util::Fd file, int fd);

  std::string name_;
  util::Fd file_;  ///< not valid: the descriptor is not owned
  int fd_;
  State opened_{};
};

}  // namespace tcm::service
