// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "core/util/system/env.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::util {

Result<ScratchDirectory> ScratchDirectory::create(const std::string& prefix) {
  const std::string parent = get_env_secure("TMPDIR").value_or("");
  std::string path = fmt::format("{}/{}XXXXXX", parent.starts_with('/') ? parent : "/tmp", prefix);
  if (::mkdtemp(path.data()) == nullptr)
    return system_error(path + ": cannot make a temporary directory; set TMPDIR to another place", errno);
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace tcm::util
