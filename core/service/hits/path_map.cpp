// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/path_map.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

std::string without_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

}  // namespace

Result<PathMap> PathMap::parse(const std::vector<std::string>& words) {
  PathMap map;
  for (const std::string& word : words) {
    const std::size_t equal = word.find('=');
    const std::string from = without_slash(std::string_view(word).substr(0, equal));
    const std::string to = equal == std::string::npos ? "" : without_slash(std::string_view(word).substr(equal + 1));
    if (!from.starts_with('/') || !to.starts_with('/'))
      return fail(ErrorCode::usage, fmt::format("--map: '{}' is not FROM=TO with two absolute paths, such as "
                                                "/cache=/srv/cache",
                                                util::escape_control(word)));
    map.rules_.emplace_back(from, to);
  }
  std::stable_sort(map.rules_.begin(), map.rules_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return map;
}

std::string PathMap::map(const std::string& path) const {
  for (const auto& [from, to] : rules_)
    if (util::is_at_or_below(path, from)) {
      const std::string below = from == "/" ? path : path.substr(from.size());
      return to == "/" && !below.empty() ? below : to + below;
    }
  return path;
}

}  // namespace tcm::service
