// SPDX-License-Identifier: Apache-2.0
// Metadata as Triton reads it: whatever Python's JSON makes of the file, and whether a kernel can be loaded with it.
#pragma once

#include <string>
#include <string_view>

#include "core/cache/format/metadata_needs.hpp"

namespace tcm::cache {

struct MetadataText {
  std::string problem;  ///< why no release since 3.0 can load it: one line, safe to print; empty when they can
  bool is_json = true;  ///< false: no release can
  FieldsSeen seen;
  std::string backend;       ///< target.backend
  std::string backend_name;  ///< what the compiler's options call it
  std::string triton_version;
  std::string binary_ext;
  std::string hash;
};

/// Pure.
MetadataText read_metadata_text(std::string_view text);

/// Whether a kernel whose metadata says `hash` belongs under `key`. True when that cannot be told: keys of other
/// encodings, no hash.
bool key_fits(std::string_view hash, std::string_view key);

}  // namespace tcm::cache
