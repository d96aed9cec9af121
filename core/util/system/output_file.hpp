// SPDX-License-Identifier: Apache-2.0
// A file that appears under its name once it is whole.
#pragma once

#include <string>
#include <string_view>

#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::util {

/// One thread at a time.
class OutputFile {
 public:
  /// Makes a temporary file beside `path`. Errors: missing (its directory), denied, no_space, failed (a directory is
  /// called so).
  static Result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  ///< what was not finished goes

  /// Errors: no_space, failed.
  Result<void> write(std::string_view piece);
  /// Puts it in its place, and in that of what was there; after a crash either is. Errors: as write().
  Result<void> finish();
  /// The same under another name in the same directory.
  Result<void> finish_as(const std::string& path);

 private:
  OutputFile(std::string path, std::string temporary, Fd file)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

  std::string path_;
  std::string temporary_;
  Fd file_;
};

}  // namespace tcm::util
