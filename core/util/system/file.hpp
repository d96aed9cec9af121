// SPDX-License-Identifier: Apache-2.0
// Small files of tcm's own: settings and logs. Nothing of a cache is read or written with these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::util {

struct SmallFile {
  std::string text;
  uid_t owner = 0;
  mode_t mode = 0;  ///< with the type of file
};

/// Reads a regular file of at most `limit` bytes. Never waits for a writer, whatever lies there. Errors: missing (also
/// when a part of the path is no directory), denied, failed (no regular file, too large, cannot be read).
Result<SmallFile> read_small_file(const std::string& path, std::size_t limit);

/// Puts `text` in place of the file at `path`, or makes it: readers see the old text or the new one, and after a crash
/// either is there. Links are followed, the file's mode stays, and for root its owner; a new file has `mode`, and
/// directories made for it belong to this user alone. Errors: denied, no_space, failed.
Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode = 0600);

/// As `mkdir -p`, with directories that belong to this user alone; std::filesystem would make them readable for all.
/// Errors: denied, no_space, failed.
Result<void> make_private_directories(const std::string& directory);

/// Opens a file to append lines to; a new one can be read by its owner only. Every write(2) goes to the end, also with
/// several processes. Regular files and devices only: a pipe could block the program. Errors: denied, missing (its
/// directory), no_space, failed.
Result<Fd> open_to_append(const std::string& path);

}  // namespace tcm::util
