// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/mega_cache.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/crc.hpp>
#include <fmt/format.h>

namespace tcm::cache {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxText = std::size_t{64} << 10;
constexpr std::size_t kBuffer = std::size_t{256} << 10;
constexpr std::size_t kChecksumBytes = 4;

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

int value_of(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  if (digit == '+') return 62;
  return digit == '/' ? 63 : -1;
}

tl::unexpected<Error> corrupt(std::string what) { return fail(ErrorCode::corrupt, std::move(what)); }

Result<std::string> decoded(std::string_view text) {
  if (text.size() % 4 != 0) return corrupt("a text that is not base64");
  std::string bytes;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char digit : text.substr(0, text.size() - padding)) {
    const int value = value_of(digit);
    if (value < 0) return corrupt("a text that is not base64");
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xffU);
  }
  return bytes;
}

class MegaReading {
 public:
  MegaReading(const ArchiveReader::Source& source, const std::atomic<bool>& stop,
              const std::function<void(const MegaArtifact&)>& each)
      : source_(source), stop_(stop), each_(each), buffer_(kBuffer) {}

  Result<void> run() {
    std::array<char, kChecksumBytes> checksum{};
    TCM_TRY(take(checksum));
    // It is of what follows it.
    crc_.reset();
    TCM_ASSIGN(const std::uint64_t version, number());
    if (version != kVersion)
      return corrupt(fmt::format("a mega-cache of version {}; this tcm reads version {}", version, kVersion));
    for (;;) {
      TCM_ASSIGN(const bool more, fill());
      if (!more) break;
      TCM_TRY(section());
    }
    if (crc_.checksum() != number_in({checksum.data(), checksum.size()}))
      return corrupt("not the bytes that its checksum says");
    return {};
  }

 private:
  Result<void> section() {
    MegaArtifact artifact;
    TCM_ASSIGN(artifact.type, text());
    TCM_ASSIGN(const std::uint64_t count, number());
    for (std::uint64_t i = 0; i < count; ++i) {
      if (stop_.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, "interrupted");
      TCM_ASSIGN(artifact.key, text());
      TCM_ASSIGN(artifact.bytes, number());
      TCM_TRY(skip(artifact.bytes));
      each_(artifact);
    }
    return {};
  }

  Result<std::string> text() {
    TCM_ASSIGN(const std::uint64_t size, number());
    if (size > kMaxText) return corrupt("a type or key longer than any");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    TCM_TRY(take(bytes));
    return decoded(bytes);
  }

  Result<std::uint64_t> number() {
    std::array<char, 8> bytes{};
    TCM_TRY(take(bytes));
    return number_in({bytes.data(), bytes.size()});
  }

  Result<void> take(std::span<char> to) {
    while (!to.empty()) {
      TCM_ASSIGN(const std::string_view piece, next(to.size()));
      std::copy(piece.begin(), piece.end(), to.begin());
      to = to.subspan(piece.size());
    }
    return {};
  }

  Result<void> skip(std::uint64_t bytes) {
    while (bytes > 0) {
      TCM_ASSIGN(const std::string_view piece, next(bytes));
      bytes -= piece.size();
    }
    return {};
  }

  /// What comes next, some of it and at most so much.
  Result<std::string_view> next(std::uint64_t most) {
    TCM_ASSIGN(const bool more, fill());
    if (!more) return corrupt("cut short");
    const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_.size()));
    const std::string_view piece = left_.substr(0, some);
    left_.remove_prefix(some);
    crc_.process_bytes(piece.data(), piece.size());
    return piece;
  }

  /// False at the end.
  Result<bool> fill() {
    if (!left_.empty()) return true;
    TCM_ASSIGN(const std::size_t got, source_(buffer_));
    left_ = {buffer_.data(), got};
    return got > 0;
  }

  const ArchiveReader::Source& source_;
  const std::atomic<bool>& stop_;
  const std::function<void(const MegaArtifact&)>& each_;
  std::vector<char> buffer_;
  std::string_view left_;
  boost::crc_32_type crc_;
};

}  // namespace

bool is_mega_cache(std::string_view head) {
  // A version below 256. No archive has such bytes there.
  constexpr std::size_t kZeros = 7;
  if (head.size() < kMegaCacheHead) return false;
  const std::string_view version = head.substr(kChecksumBytes, kZeros + 1);
  return version.find_first_not_of('\0') == kZeros;
}

Result<void> read_mega_cache(const ArchiveReader::Source& source, const std::atomic<bool>& stop,
                             const std::function<void(const MegaArtifact&)>& each) {
  return MegaReading(source, stop, each).run();
}

}  // namespace tcm::cache
