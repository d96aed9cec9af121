// SPDX-License-Identifier: Apache-2.0
// Which machine this is, and where a directory really is, in an index that several machines share.
#pragma once

#include <string>

#include "core/index/index.hpp"
#include "core/model/entry.hpp"

namespace tcm::service {

/// `name`, when it is not empty, and then no machine-id: who names his machine means the name. Otherwise what the
/// machine is called, and the hash of its /etc/machine-id where it has one.
index::HostName this_host(const std::string& name);

/// On a network file system its own identity, or else where it is mounted from: every host sees the same. On others
/// this boot of this machine and the device: containers on one machine see the same. Empty when the system does not
/// tell.
model::DirectoryPlace place_of(const std::string& path);

}  // namespace tcm::service
