// SPDX-License-Identifier: Apache-2.0
// Directories for tests, and small things to do in them. Functions throw when the file system refuses: the test fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tcm::test {

/// A directory of its own that goes with the object, whatever its permissions have become. Its path is canonical.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& below) const { return path_ / below; }

 private:
  std::filesystem::path path_;
};

/// tests/data of the source tree.
std::filesystem::path data_dir();

/// Writes a file; its directories are made.
void write_file(const std::filesystem::path& file, std::string_view text);
std::string read_file(const std::filesystem::path& file);
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);

/// Sets the time of `path` to so long ago; links are not followed.
void set_age(const std::filesystem::path& path, std::chrono::nanoseconds age);
/// Sets the time to nanoseconds since 1970.
void set_time(const std::filesystem::path& path, std::int64_t time_ns);
/// set_age for a directory and everything in it.
void set_tree_age(const std::filesystem::path& path, std::chrono::nanoseconds age);

/// Waits until what was changed last is old enough for a reader to trust its times.
void let_settle();

/// Sum of apparent sizes of the regular files in the tree, as `find TREE -type f -printf %s`.
std::uint64_t bytes_below(const std::filesystem::path& tree);

}  // namespace tcm::test
