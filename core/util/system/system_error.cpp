// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/system_error.hpp"

#include <cstring>

#include <fmt/format.h>

namespace tcm::util {

ErrorCode error_code_of(int error) {
  switch (error) {
    case ENOENT: return ErrorCode::missing;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::denied;
    case ENOSPC:
    case EDQUOT: return ErrorCode::no_space;
    default: return ErrorCode::failed;
  }
}

std::string_view error_text(int error) {
  if (error == ENOSPC) return "the disk is full";
  if (error == EDQUOT) return "this user's share of the disk is full";
  const char* text = ::strerrordesc_np(error);
  return text != nullptr ? text : "unknown error";
}

tl::unexpected<Error> system_error(std::string_view what, int error) {
  return fail(error_code_of(error), fmt::format("{}: {}", what, error_text(error)));
}

}  // namespace tcm::util
