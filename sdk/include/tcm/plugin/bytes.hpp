// SPDX-License-Identifier: Apache-2.0
//
// Texts and bytes that cross the C interface, as C++17 has them. Part of the helper plugin.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <tcm/plugin/plugin.h>

namespace tcm {
namespace plugin {

// ---- text
// ------------------------------------------------------------------------------------------------------------

/// Borrows `text`; valid as long as it is.
constexpr tcm_str str(std::string_view text) noexcept { return tcm_str{text.data(), text.size()}; }

/// Borrows `text`; empty for a null pointer.
constexpr std::string_view view(tcm_str text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

/// Writes an answer into the host's buffer: TCM_LIMIT, and nothing written, when it does not fit.
inline tcm_status write(tcm_text* out, std::string_view text) noexcept {
  if (out == nullptr || out->data == nullptr) return TCM_INVALID_ARGUMENT;
  out->size = 0;
  if (text.size() > out->capacity) return TCM_LIMIT;
  if (!text.empty()) std::memcpy(out->data, text.data(), text.size());
  out->size = text.size();
  return TCM_OK;
}

// ---- bytes
// -----------------------------------------------------------------------------------------------------------

/// A view of bytes. Every read says whether it lay inside; none depends on alignment or on the machine's byte order.
/// Offsets and sizes are 64 bits wide, as files claim them, so that no caller has to narrow before the check.
class Bytes {
 public:
  constexpr Bytes() noexcept = default;
  constexpr Bytes(const std::uint8_t* data, std::size_t size) noexcept : data_(data), size_(size) {}

  constexpr const std::uint8_t* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }

  /// Do [offset, offset + count) all lie inside? No overflow, whatever the numbers.
  constexpr bool holds(std::uint64_t offset, std::uint64_t count) const noexcept {
    return offset <= size_ && count <= size_ - offset;
  }

  /// The part [offset, offset + count), or nothing when it is not all there.
  constexpr std::optional<Bytes> slice(std::uint64_t offset, std::uint64_t count) const noexcept {
    if (!holds(offset, count)) return std::nullopt;
    return Bytes(count == 0 ? nullptr : data_ + offset, static_cast<std::size_t>(count));
  }
  /// All from `offset` on.
  constexpr std::optional<Bytes> from(std::uint64_t offset) const noexcept {
    if (offset > size_) return std::nullopt;
    return slice(offset, size_ - offset);
  }

  /// A little-endian number at `offset`, or nothing when it is not all there.
  constexpr std::optional<std::uint8_t> u8(std::uint64_t offset) const noexcept { return read<std::uint8_t>(offset); }
  constexpr std::optional<std::uint16_t> u16(std::uint64_t offset) const noexcept {
    return read<std::uint16_t>(offset);
  }
  constexpr std::optional<std::uint32_t> u32(std::uint64_t offset) const noexcept {
    return read<std::uint32_t>(offset);
  }
  constexpr std::optional<std::uint64_t> u64(std::uint64_t offset) const noexcept {
    return read<std::uint64_t>(offset);
  }

  /// Do the bytes at `offset` equal `expected`?
  bool matches(std::uint64_t offset, std::string_view expected) const noexcept {
    return holds(offset, expected.size()) &&
           (expected.empty() || std::memcmp(data_ + offset, expected.data(), expected.size()) == 0);
  }

  /// The text from `offset` up to its NUL, which must lie inside and within `limit` bytes.
  std::optional<std::string_view> c_string(std::uint64_t offset, std::size_t limit = TCM_MAX_ATTR_TEXT) const noexcept {
    if (offset >= size_) return std::nullopt;
    const std::size_t rest = size_ - static_cast<std::size_t>(offset);
    const std::size_t span = rest < limit ? rest : limit;
    const void* end = std::memchr(data_ + offset, 0, span);
    if (end == nullptr) return std::nullopt;
    const auto* begin = reinterpret_cast<const char*>(data_ + offset);
    return std::string_view(begin, static_cast<std::size_t>(static_cast<const char*>(end) - begin));
  }

  /// The bytes as text, of any encoding.
  std::string_view text() const noexcept {
    return empty() ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(data_), size_);
  }

 private:
  template <class T>
  constexpr std::optional<T> read(std::uint64_t offset) const noexcept {
    if (!holds(offset, sizeof(T))) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<std::uint64_t>(data_[offset + i]) << (8 * i);
    return static_cast<T>(value);
  }

  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace plugin
}  // namespace tcm
