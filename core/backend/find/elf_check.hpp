// SPDX-License-Identifier: Apache-2.0
// Is a file a shared object that this program could load, and does it export an entry? Any bytes are safe to ask about:
// nothing is loaded, nothing is read outside the file, and memory does not follow lengths that the file merely claims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tcm::backend {

/// Reads the first 64 bytes of `fd` and compares class, byte order and machine with this program's own. Null when they
/// agree, it is a shared object, and its section table lies inside `size`, the file's size in bytes.
std::optional<std::string> elf_header_problem(int fd, std::uint64_t size);

/// Looks for the entry among the dynamic symbols. Null when an entry of a known major is there. Call only after
/// elf_header_problem() found none.
std::optional<std::string> entry_problem(int fd);

}  // namespace tcm::backend
