// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/known_dirs.hpp"

#include <filesystem>
#include <set>

#include "core/util/system/path.hpp"

namespace tcm::service {

Result<std::vector<std::string>> with_known_dirs(const std::vector<std::string>& dirs, bool assumed,
                                                 index::Index& index) {
  TCM_ASSIGN(const auto roots, index.roots());
  std::set<std::string> known;
  for (const index::RootRow& row : roots) known.insert(row.location.cache_dir);
  std::vector<std::string> all;
  for (const std::string& dir : dirs) {
    const bool is_known = known.erase(util::canonical_directory(dir)) > 0;
    std::error_code error;
    if (is_known || !assumed || std::filesystem::exists(dir, error)) all.push_back(dir);
  }
  all.insert(all.end(), known.begin(), known.end());
  return all.empty() ? dirs : all;
}

}  // namespace tcm::service
