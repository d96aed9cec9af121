// SPDX-License-Identifier: Apache-2.0
// A temporary directory, for what another process writes.
#pragma once

#include <string>
#include <utility>

#include "core/util/result.hpp"

namespace tcm::util {

/// Removed when the object is, with the files that lie in it.
class ScratchDirectory {
 public:
  /// Makes it in $TMPDIR, else in /tmp; it belongs to this user alone. Errors: denied, no_space, failed.
  static Result<ScratchDirectory> create(const std::string& prefix);

  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace tcm::util
