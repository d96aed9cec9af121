// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "core/util/system/env.hpp"

namespace tcm::util {

Result<ScratchDirectory> ScratchDirectory::create(const std::string& prefix) {
  const std::string parent = get_env_secure("TMPDIR").value_or("");
  std::string path = fmt::format("{}/{}XXXXXX", parent.starts_with('/') ? parent : "/tmp", prefix);
  if (::mkdtemp(path.data()) == nullptr) {
    const int number = errno;
    return fail(number == EACCES || number == EROFS ? ErrorCode::denied : ErrorCode::failed,
                fmt::format("{}: no temporary directory can be made: {}; set TMPDIR", path,
                            std::generic_category().message(number)));
  }
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace tcm::util
