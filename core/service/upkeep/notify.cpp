// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/notify.hpp"

#include <algorithm>
#include <cstddef>

#include <sys/socket.h>
#include <sys/un.h>

#include "core/util/system/fd.hpp"

namespace tcm::service {

void notify_manager(const std::string& socket_name, std::string_view state) {
  sockaddr_un address{};
  const bool is_name = socket_name.starts_with('/') || socket_name.starts_with('@');
  if (!is_name || socket_name.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(socket_name.begin(), socket_name.end(), address.sun_path);
  if (socket_name.front() == '@') address.sun_path[0] = '\0';
  const util::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_name.size());
  if (socket.valid())
    static_cast<void>(::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), length));
}

}  // namespace tcm::service
