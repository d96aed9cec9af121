// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/presence.hpp"

#include <cerrno>

#include "core/disk/directory.hpp"

namespace tcm::cache {

bool has_entry(const Root& root, const std::string& key) {
  disk::Node node;
  const int error = disk::stat_at(root.descriptor(), key.c_str(), node);
  return error == 0 ? node.type == disk::NodeType::directory : error != ENOENT && error != ENOTDIR;
}

}  // namespace tcm::cache
