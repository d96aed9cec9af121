// SPDX-License-Identifier: Apache-2.0
// What frameworks keep next to Triton's entries in their cache directories, told by path and name alone. It is counted
// and shown, never touched.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tcm::cache {

enum class BesideKind : std::uint8_t { graphs, autograd, compiled, code, tunings, locks, store, other };

struct BesideWord {
  BesideKind kind;
  std::string_view name;  ///< in JSON
  std::string_view text;  ///< for people
};

/// In the order of the enumeration.
std::span<const BesideWord> beside_words();
std::string_view to_string(BesideKind kind);
std::string_view text_of(BesideKind kind);

/// The kind of a file, by its path relative to the cache directory. Pure.
BesideKind beside_kind(std::string_view path);

}  // namespace tcm::cache
