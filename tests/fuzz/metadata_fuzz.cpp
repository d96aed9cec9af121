// SPDX-License-Identifier: Apache-2.0
// The metadata of a kernel, and the JSON reader below it: what is written as a JSON string is read back as it was.
#include <cstdint>
#include <cstdlib>

#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/metadata.hpp"
#include "core/util/text/json_text.hpp"

namespace {

struct LastString final : tcm::cache::JsonEvents {
  void begin(char) override { ++depth; }
  void end(char) override { --depth; }
  void key(std::string_view) override {}
  void string(std::string_view text) override { last = text; }
  void integer(std::int64_t) override {}
  void number(std::string_view) override {}
  void literal(std::string_view) override {}

  int depth = 0;
  std::string last;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcm::cache;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_metadata(text));
  LastString events;
  if (read_json(text, events)) return 0;
  if (events.depth != 0) std::abort();
  std::string quoted;
  tcm::util::append_json_string(quoted, events.last);
  LastString again;
  if (read_json(quoted, again) || again.last != events.last) std::abort();
  return 0;
}
