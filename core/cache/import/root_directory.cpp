// SPDX-License-Identifier: Apache-2.0
#include "core/cache/import/root_directory.hpp"

#include <fcntl.h>

#include "core/disk/new_file.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {

Result<void> make_cache_directory(const std::string& path) {
  const int error = disk::make_plain_directories(path);
  if (error == 0) return {};
  return util::system_error(path + ": cannot make this directory", error);
}

Result<void> make_root_below(const std::string& cache_dir, const std::string& relative) {
  util::Fd directory;
  int error = disk::open_directory_at(AT_FDCWD, cache_dir.c_str(), directory);
  for (const std::string_view part : util::split(relative, '/')) {
    const std::string name(part);
    util::Fd below;
    if (error == 0) error = disk::open_own_directory_at(directory.get(), name.c_str(), below);
    if (error == ENOENT) {
      error = disk::make_plain_directory_at(directory.get(), name.c_str(), std::nullopt);
      if (error == 0) error = disk::open_own_directory_at(directory.get(), name.c_str(), below);
    }
    if (error != 0) return util::system_error(cache_dir + '/' + relative + ": cannot make this directory", error);
    directory = std::move(below);
  }
  return {};
}

}  // namespace tcm::cache
