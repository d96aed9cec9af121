// SPDX-License-Identifier: Apache-2.0
// The paths of a container, as this machine knows them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/util/result.hpp"

namespace tcm::service {

class PathMap {
 public:
  /// Of words such as "/cache=/srv/cache": what lies at or below the first is at or below the second. The longest first
  /// path that fits counts. Errors: usage.
  static Result<PathMap> parse(const std::vector<std::string>& words);

  std::string map(const std::string& path) const;

 private:
  std::vector<std::pair<std::string, std::string>> rules_;  // the longest first path first
};

}  // namespace tcm::service
