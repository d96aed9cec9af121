// SPDX-License-Identifier: Apache-2.0
// A group file: what is edited lists what was to stay, in the same order, and nothing else.
#include <cstdint>
#include <cstdlib>

#include "core/cache/format/group.hpp"
#include "core/cache/format/group_edit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using namespace tcm::cache;
  // The first byte says which children go.
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto before = parse_group(text);
  if (!before) return 0;
  std::vector<std::string> expected;
  std::size_t child = 0;
  const auto stays = [&](std::string_view name) {
    const bool kept = (data[0] >> (child++ % 8) & 1) != 0;
    if (kept) expected.emplace_back(name);
    return kept;
  };
  const auto edited = edit_group(text, {stays, [](auto, auto) { return std::string(); }});
  if (!edited) return 0;
  const auto after = parse_group(*edited);
  if (!after || *after != expected) std::abort();
  return 0;
}
