// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temp_dir.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

namespace tcm::test {
namespace fs = std::filesystem;

TempDir::TempDir() {
  std::string made = (fs::temp_directory_path() / "tcm-test-XXXXXX").string();
  if (!::mkdtemp(made.data())) throw std::system_error(errno, std::generic_category(), made);
  // Open to all, so that a test may look at it as another user.
  if (::chmod(made.c_str(), 0755) != 0) throw std::system_error(errno, std::generic_category(), made);
  path_ = fs::canonical(made);
}

TempDir::~TempDir() {
  std::error_code ignored;
  for (fs::recursive_directory_iterator at(path_, fs::directory_options::skip_permission_denied, ignored), end;
       !ignored && at != end; at.increment(ignored))
    if (at->is_directory(ignored) && !at->is_symlink(ignored))
      fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
  ignored.clear();
  fs::remove_all(path_, ignored);
}

fs::path data_dir() { return TCM_TEST_DATA; }

void write_file(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void copy_tree(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  for (const auto& item : fs::recursive_directory_iterator(to))
    if (!item.is_symlink()) fs::permissions(item.path(), fs::perms::owner_write, fs::perm_options::add);
}

void set_time(const fs::path& path, std::int64_t time_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const timespec at{time_ns / kSecond, time_ns % kSecond};
  const timespec times[2] = {at, at};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    throw std::system_error(errno, std::generic_category(), path.string());
}

void set_age(const fs::path& path, std::chrono::nanoseconds age) {
  set_time(path, (std::chrono::system_clock::now().time_since_epoch() - age).count());
}

void set_tree_age(const fs::path& path, std::chrono::nanoseconds age) {
  for (const auto& item : fs::recursive_directory_iterator(path)) set_age(item.path(), age);
  set_age(path, age);
}

void let_settle() { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }

std::uint64_t bytes_below(const fs::path& tree) {
  std::uint64_t bytes = 0;
  for (const auto& item : fs::recursive_directory_iterator(tree))
    if (item.is_regular_file() && !item.is_symlink()) bytes += item.file_size();
  return bytes;
}

}  // namespace tcm::test
