// SPDX-License-Identifier: Apache-2.0
#include "core/cache/trash/access.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/util/system/user.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {

bool is_ours(const disk::Node& node) { return node.uid == ::geteuid() || ::geteuid() == 0; }

tl::unexpected<Error> owned_by_other(const std::string& path, std::uint32_t user) {
  return fail(ErrorCode::denied, fmt::format("{}: belongs to user {}, who has to change or remove it", path,
                                             util::escape_control(util::user_name(user))));
}

}  // namespace tcm::cache
