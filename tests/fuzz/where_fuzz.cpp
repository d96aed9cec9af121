// SPDX-License-Identifier: Apache-2.0
// `--where`: every field that a condition names has a word and is something.
#include <cstdint>
#include <cstdlib>

#include "core/service/query/where.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcm::service;
  const auto condition = parse_where(std::string(reinterpret_cast<const char*>(data), size), 0);
  if (!condition) return 0;
  for (const auto& field : fields_of(*condition))
    if (field.word.empty() || (field.path.empty() && field.column == nullptr)) std::abort();
  return 0;
}
