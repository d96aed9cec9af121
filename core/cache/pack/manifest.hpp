// SPDX-License-Identifier: Apache-2.0
// What a pack says it holds: `tcm-manifest.json`, its first member. One JSON document, in which the header and every
// entry have a line of their own, so that a million entries are written and read in flat memory:
//
//   {"tcm_manifest":1,"tool":"tcm 0.1.0","layout":"triton","path":"/root/.triton/cache","entries":[
//   {"key":"…","kind":"kernel","name":"add","backend":"cuda","arch":"90","triton":"3.6.0","files":[{…},…]},
//   {…}
//   ]}
//
// Entries stand in ascending order of root and key, files in that of their names, and so they do in the pack. All
// functions are pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/model/words.hpp"
#include "core/util/sha256.hpp"

namespace tcm::cache {

inline constexpr const char* kManifestName = "tcm-manifest.json";
inline constexpr int kManifestVersion = 1;

/// A manifest with a longer line, or with more bytes, is refused.
inline constexpr std::size_t kMaxManifestLine = std::size_t{2} << 20;
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{1} << 30;
/// No file of a kernel is larger: the limit of the plugin interface.
inline constexpr std::uint64_t kMaxPackedFile = std::uint64_t{256} << 20;

struct ManifestHeader {
  std::string tool;                              ///< what wrote it, with its version
  model::Layout layout = model::Layout::triton;  ///< of the cache directory
  std::string path;                              ///< the cache directory as the groups name it
};

struct ManifestFile {
  std::string name;
  std::uint64_t bytes = 0;
  util::Sha256 digest{};
};

struct ManifestEntry {
  std::string root;  ///< relative to the cache directory, "triton/0"; empty: the cache directory itself
  std::string key;
  model::EntryKind kind = model::EntryKind::kernel;
  std::string name;     ///< of its first kernel
  std::string backend;  ///< … and so on
  std::string arch;
  std::string triton_version;
  std::vector<ManifestFile> files;

  std::uint64_t bytes() const;
};

/// Whether `a` stands before `b`.
bool is_before(const ManifestEntry& a, const ManifestEntry& b);

/// The first line, with its end.
std::string manifest_begin(const ManifestHeader& header);
/// The line of an entry, with what stands before it when it is not the first; without its end.
std::string manifest_line(const ManifestEntry& entry, bool first);
/// What follows the last entry.
inline constexpr std::string_view kManifestEnd = "\n]}\n";

/// Reads lines as the functions above write them, in this strictness: names can name a file and nothing else, digests
/// are digests, sizes within the bounds, files in ascending order. Unknown members are passed over. The error says in
/// one line what is wrong.
tl::expected<ManifestHeader, std::string> parse_manifest_begin(std::string_view line);
tl::expected<ManifestEntry, std::string> parse_manifest_line(std::string_view line);

}  // namespace tcm::cache
