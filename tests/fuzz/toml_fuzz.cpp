// SPDX-License-Identifier: Apache-2.0
// A file of settings: whatever the check lets through the parser survives; a value that was set is there, and setting
// it again changes nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/config/document.hpp"
#include "core/config/edit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcm::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_document(text, "f"));
  const auto edited = with_value(text, "f", "prune.grace", "\"5m\"");
  if (!edited) return 0;
  const auto document = parse_document(*edited, "f");
  if (!document) std::abort();
  const auto set = [](const Leaf& leaf) { return leaf.key == "prune.grace" && leaf.text == "5m"; };
  if (std::count_if(document->leaves.begin(), document->leaves.end(), set) != 1) std::abort();
  const auto again = with_value(*edited, "f", "prune.grace", "\"5m\"");
  if (!again || *again != *edited) std::abort();
  return 0;
}
