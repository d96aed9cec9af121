// SPDX-License-Identifier: Apache-2.0
// What archives are read from.
#pragma once

#include <string>

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

 private:
  InputFile(std::string name, util::Fd file, int fd) : name_(std::move(name)), file_(std::move(file)), fd_(fd) {}
  std::string name_;
  util::Fd file_;  ///< not valid: the descriptor is not owned
  int fd_;
};

}  // namespace tcm::service
