// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/backend_fuzz.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace tcm::fuzz {
namespace {

constexpr size_t kRoom = size_t{1} << 20;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "broken rule: %s\n", why);
  std::abort();
}

// The end of kRoom bytes; the page behind it may not be touched.
uint8_t* end_of_room() {
  static uint8_t* const kEnd = [] {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* map = mmap(nullptr, kRoom + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(static_cast<char*>(map) + kRoom, page, PROT_NONE) != 0) give_up("no memory");
    return static_cast<uint8_t*>(map) + kRoom;
  }();
  return kEnd;
}

bool is_key(std::string_view key) {
  if (key.empty() || key.size() > 64 || key.front() < 'a' || key.front() > 'z') return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

tcm_status take(void* ctx, const tcm_attr* attr) {
  if (!is_key(plugin::view(attr->key))) give_up("a key that is none");
  if (attr->type == TCM_ATTR_STR) {
    // Reads all of the text, so that one outside the buffer is found.
    volatile char last = 0;
    for (char c : plugin::view(attr->value.str)) last = c;
    static_cast<void>(last);
  }
  auto& taken = *static_cast<size_t*>(ctx);
  if (taken > TCM_MAX_ATTRS) give_up("an attribute after TCM_LIMIT");
  return taken++ < TCM_MAX_ATTRS ? TCM_OK : TCM_LIMIT;
}

void hear(void*, tcm_severity, tcm_str text) {
  if (text.size == 0 || text.size > TCM_MAX_ATTR_TEXT) give_up("a diag without words, or with too many");
}

}  // namespace

void ask(const Backend& backend, const uint8_t* data, size_t size) {
  if (size > kRoom) return;
  uint8_t* const copy = end_of_room() - size;
  if (size != 0) std::memcpy(copy, data, size);

  tcm_artifact artifact{};
  artifact.struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
  artifact.kind = TCM_KIND_BINARY;
  artifact.data = copy;
  artifact.size = size;
  artifact.extension = plugin::str(backend.extension);
  artifact.target = plugin::str(backend.target);
  size_t taken = 0;
  tcm_sink sink{TCM_STRUCT_SIZE(tcm_sink, diag), 0, &taken, &take, &hear, nullptr};

  plugin::Sink probe_sink(sink);
  const tcm_status probed = backend.probe(plugin::Artifact(artifact), probe_sink);
  const size_t emitted = taken;
  plugin::Sink validate_sink(sink);
  const tcm_status valid = backend.validate(plugin::Artifact(artifact), validate_sink);
  if (taken != emitted) give_up("validate emitted an attribute");
  if (probed == TCM_INTERNAL || valid == TCM_INTERNAL) give_up("an internal error");
  if (valid == TCM_OK && probed != TCM_OK && probed != TCM_LIMIT) give_up("valid, but cannot be probed");
}

}  // namespace tcm::fuzz
