// SPDX-License-Identifier: Apache-2.0
// Archives and manifests from anywhere: the reader ends, and hands out nothing but names that were checked.
#include <cstdint>
#include <cstdlib>

#include "core/cache/pack/member_path.hpp"
#include "core/cache/pack/pack_reader.hpp"

namespace {

class NullSink final : public tcm::cache::Receiver {
 public:
  tcm::Result<bool> begin(const tcm::cache::PackedFile& file) override {
    using namespace tcm::cache;
    if (!is_packed_name(file.key) || !is_packed_name(file.name) || !is_packed_root(file.root)) std::abort();
    left_ = file.bytes;
    return true;
  }
  tcm::Result<void> piece(std::string_view bytes) override {
    if (bytes.size() > left_) std::abort();
    left_ -= bytes.size();
    return {};
  }
  tcm::Result<void> end() override {
    if (left_ != 0) std::abort();
    return {};
  }

 private:
  std::uint64_t left_ = 0;
};

tcm::cache::ArchiveReader::Source source_of(std::string_view bytes) {
  return [bytes](std::span<char> buffer) mutable -> tcm::Result<std::size_t> {
    const std::size_t some = std::min(buffer.size(), bytes.size());
    std::copy_n(bytes.data(), some, buffer.data());
    bytes.remove_prefix(some);
    return some;
  };
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  NullSink sink;
  static_cast<void>(tcm::cache::read_pack(source_of(bytes), sink));
  static_cast<void>(tcm::cache::read_manifest(source_of(bytes)));
  return 0;
}
