// SPDX-License-Identifier: Apache-2.0
// A shell pattern as a regular expression that is not much longer. That the database takes it and finds the same texts
// is tested with a server: tests/index.
#include <cstdint>
#include <cstdlib>

#include "core/index/postgres/glob.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view pattern(reinterpret_cast<const char*>(data), size);
  const std::string regex = tcm::index::glob_to_regex(pattern);
  if (regex.size() > 16 * pattern.size() + 64) std::abort();
  return 0;
}
