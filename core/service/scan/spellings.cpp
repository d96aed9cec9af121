// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/spellings.hpp"

#include <algorithm>
#include <filesystem>

#include "core/util/system/env.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {

std::vector<Spelling> spellings_of(const std::vector<std::string>& cache_dirs) {
  std::vector<std::string> written = cache_dirs;
  if (const auto dir = util::get_env("TRITON_CACHE_DIR")) written.push_back(*dir);
  for (const char* name : {"TRITON_HOME", "HOME"})
    if (const auto home = util::get_env(name)) written.push_back(*home + "/.triton/cache");
  std::vector<Spelling> spellings;
  for (const std::string& path : written) {
    std::error_code error;
    std::string whole = std::filesystem::absolute(path, error).string();
    while (whole.ends_with('/')) whole.pop_back();
    if (!error && !whole.empty()) spellings.push_back({whole, util::canonical_directory(path)});
  }
  return spellings;
}

std::vector<std::string> spelled(const std::string& root, const std::vector<Spelling>& spellings) {
  std::vector<std::string> all{root};
  for (const Spelling& spelling : spellings)
    if (util::is_at_or_below(root, spelling.resolved))
      all.push_back(spelling.written + root.substr(spelling.resolved.size()));
  return all;
}

void note_elsewhere(model::Entry& entry, const std::vector<std::string>& spelled) {
  for (model::Record& record : entry.records)
    record.elsewhere =
        !record.named_root.empty() && std::find(spelled.begin(), spelled.end(), record.named_root) == spelled.end();
}

}  // namespace tcm::service
