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

tl::unexpected<Error> system_refusal(const std::string& path, std::string_view what, int error) {
  const ErrorCode code = error == EACCES || error == EPERM ? ErrorCode::denied : ErrorCode::failed;
  return fail(code, fmt::format("{}: {}: {}", path, what, disk::error_text(error)));
}

}  // namespace tcm::cache
