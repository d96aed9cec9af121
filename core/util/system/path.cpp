// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/path.hpp"

#include <filesystem>
#include <system_error>

namespace tcm::util {

std::string canonical_directory(const std::string& path) {
  std::error_code error;
  auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  if (error) return path;
  std::string text = canonical.lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool is_at_or_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory == "/" ? directory : directory + "/");
}

}  // namespace tcm::util
