// SPDX-License-Identifier: Apache-2.0
// The names of key directories. A key is a digest in hexadecimal, that later releases encode again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tcm::cache {

enum class KeyEncoding : std::uint8_t {
  md5_hex,     ///< 32 of [0-9a-f]: Triton 2.0 to 2.3
  sha256_hex,  ///< 64 of [0-9a-f]: 3.0, 3.1
  base64,      ///< 43 of [A-Za-z0-9_-]: 3.2, of a sha256
  base64_md5,  ///< 22 of the same: 3.2, of an md5 (backends that hash so)
  base32,      ///< 52 of [A-Z2-7]: 3.3 and later, of a sha256
  base32_md5,  ///< 26 of the same: 3.3 and later, of an md5
};

/// Which encoding `name` has the shape of; none when it cannot be a key. Pure.
std::optional<KeyEncoding> key_encoding(std::string_view name);

/// Base64 keys share their alphabet with ordinary names ("torch_compile_cache_v1" is 22 of it). A digest practically
/// always mixes upper and lower case; this tells whether `name` does, or is of another encoding. For deciding what a
/// whole directory is; a single entry may be named as it likes.
bool looks_random(std::string_view name, KeyEncoding encoding);

}  // namespace tcm::cache
