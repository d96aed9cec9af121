// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/user.hpp"

#include <vector>

#include <pwd.h>

namespace tcm::util {

std::string user_name(::uid_t user) {
  constexpr std::size_t kRoomForARecord = 16384;
  std::vector<char> buffer(kRoomForARecord);
  passwd record{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &record, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::to_string(user);
  return found->pw_name;
}

}  // namespace tcm::util
