// SPDX-License-Identifier: Apache-2.0
// Telling a service manager how a service is (sd_notify(3)), by one datagram.
#pragma once

#include <string>
#include <string_view>

namespace tcm::service {

/// Sends `state`, such as "READY=1", to the socket of that name: a path, or with a leading '@' a name of Linux's own.
/// Nothing when it is empty: nobody asked. A failure is the manager's to notice.
void notify_manager(const std::string& socket_name, std::string_view state);

}  // namespace tcm::service
