// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/known_dirs.hpp"

#include <algorithm>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {

Result<void> check_known_dir(const std::string& dir, const std::vector<std::string>& named, bool on_server) {
  if (!dir.starts_with('/') || util::canonical_directory(dir) != dir)
    return fail(
        ErrorCode::usage,
        util::escape_control(dir) + ": the index names this directory, which is not a resolved path; give --cache-dir");
  const auto holds = [&dir](const std::string& one) {
    return util::is_at_or_below(dir, util::canonical_directory(one));
  };
  if (!on_server || std::any_of(named.begin(), named.end(), holds)) return {};
  return fail(ErrorCode::usage,
              util::escape_control(dir) + ": only an index on a server names this directory; give it with --cache-dir");
}

}  // namespace tcm::service
