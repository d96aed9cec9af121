// SPDX-License-Identifier: Apache-2.0
// Grows caches for tests: kernels from the real entries in tests/data/sample, and the other things that lie in a cache.
// Every function returns the path of the entry that it made. Entries are an hour old unless said otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cache/format/key.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::test {

/// The real kernels of tests/data/sample (all named add_kernel) and tests/data/inductor.
inline constexpr std::string_view kCuda80 = "Y4PYU25EOGS6GFVN76VVFHWXWEBWKVYNVGBMSZ3B3F3UGFZPG7QQ";
inline constexpr std::string_view kCuda90 = "4RYKE7YQVPXY65DYJDYKNXRDNYJWGN7ASQH2MLC57ROXONUX3XBQ";
inline constexpr std::string_view kHip90a = "LY6VW7CAD6WVIAKBSILAT5GJIEGQIBY42MMI55CQCLZAWK22PA7Q";
inline constexpr std::string_view kHip942 = "B7JU5CQILTJ6CHN4AK5YK2JD7TTCRCT27X4FQUHE5IU7QLXCHHCA";

/// The digest number `seed`, in an encoding.
std::string make_key(std::uint64_t seed, cache::KeyEncoding encoding = cache::KeyEncoding::base32);

enum class GroupShape : std::uint8_t {
  none,  ///< no group file
  list,  ///< child_paths is a list of names
  map,   ///< child_paths maps names to absolute paths
};

/// What add_kernel() calls the metadata and the group, if the kernel gets no other name.
inline const std::string kMetadata = "add_kernel.json";
inline const std::string kGroup = "__grp__add_kernel.json";

struct KernelSpec {
  std::string_view source = kCuda90;  ///< which real kernel it is made from
  std::uint64_t seed = 1;
  cache::KeyEncoding encoding = cache::KeyEncoding::base32;
  std::string key{};  ///< instead of one made from seed and encoding
  GroupShape group = GroupShape::map;
  std::string group_root{};                                  ///< what the group says the root is; empty: where it is
  std::string name{};                                        ///< the kernel's; empty: that of the source
  std::vector<std::pair<std::string, std::string>> set{};    ///< metadata: JSON pointer to JSON text
  std::vector<std::string> erase{};                          ///< metadata: JSON pointers
  std::vector<std::pair<std::string, std::string>> files{};  ///< more files, listed in the group; name and text
  std::vector<std::string> drop{};                           ///< extensions (with dot) of files to leave out everywhere
  std::chrono::nanoseconds age = std::chrono::hours(1);
};

std::filesystem::path add_kernel(const std::filesystem::path& root, const KernelSpec& spec = {});
/// `count` kernels with seeds from `first` on, sources taken in turn.
void add_kernels(const std::filesystem::path& root, int count, std::uint64_t first = 1);

std::filesystem::path add_module(const std::filesystem::path& root, std::uint64_t seed, const std::string& file);
std::filesystem::path add_autotune(const std::filesystem::path& root, std::uint64_t seed, const std::string& name);
std::filesystem::path add_empty(const std::filesystem::path& root, std::uint64_t seed);
/// A compile that died: IR, no group.
std::filesystem::path add_partial(const std::filesystem::path& root, std::uint64_t seed);
/// Temporaries of a dead writer, as Triton >= 3.2 leaves them.
std::filesystem::path add_leftover(const std::filesystem::path& root, std::uint64_t seed);
/// Any files, under any name.
std::filesystem::path add_entry(const std::filesystem::path& root, const std::string& key,
                                const std::vector<std::pair<std::string, std::string>>& files);

/// Kernels as other backends write them.
std::filesystem::path add_xpu_kernel(const std::filesystem::path& root, std::uint64_t seed, bool native);
std::filesystem::path add_npu_kernel(const std::filesystem::path& root, std::uint64_t seed);
std::filesystem::path add_cpu_kernel(const std::filesystem::path& root, std::uint64_t seed);
/// Triton 2.0: no group, times of the files in the metadata; 2.1: a list of names and no target.
std::filesystem::path add_triton20_kernel(const std::filesystem::path& root, std::uint64_t seed);
std::filesystem::path add_triton21_kernel(const std::filesystem::path& root, std::uint64_t seed);

/// A cache directory of inductor for so many devices, two kernels each, with its other files. Returns `at`.
std::filesystem::path make_inductor(const std::filesystem::path& at, int devices);
/// A vLLM cache root with so many ranks: two kernels each in triton_cache, two in inductor_cache. Returns `at`.
std::filesystem::path make_vllm(const std::filesystem::path& at, int ranks);

/// The file types that plugins for the targets of the real kernels would add.
const cache::FileTypes& plugin_file_types();
/// With these file types, and the architecture as its plain JSON text without quotes.
cache::Naming plugin_naming();

}  // namespace tcm::test
