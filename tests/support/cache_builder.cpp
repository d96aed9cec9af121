// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cache_builder.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr auto kAge = std::chrono::hours(1);
const std::string kGroupPrefix = "__grp__";

std::vector<std::uint8_t> digest(std::uint64_t seed, std::size_t size) {
  std::vector<std::uint8_t> bytes;
  for (std::uint64_t state = seed; bytes.size() < size;) {
    std::uint64_t mixed = state += 0x9e3779b97f4a7c15ULL;  // splitmix64
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    mixed ^= mixed >> 31;
    for (int i = 0; i < 8 && bytes.size() < size; ++i) bytes.push_back(static_cast<std::uint8_t>(mixed >> (8 * i)));
  }
  return bytes;
}

// RFC 4648 without padding: `bits` of the digest for each letter.
std::string encode(const std::vector<std::uint8_t>& bytes, std::string_view alphabet, unsigned bits) {
  std::string text;
  unsigned held = 0;
  unsigned buffer = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    for (held += 8; held >= bits; held -= bits) text += alphabet[(buffer >> (held - bits)) & ((1U << bits) - 1)];
  }
  if (held > 0) text += alphabet[(buffer << (bits - held)) & ((1U << bits) - 1)];
  return text;
}

std::string stem_of(const fs::path& entry) {
  for (const auto& item : fs::directory_iterator(entry)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with(kGroupPrefix)) return name.substr(kGroupPrefix.size(), name.size() - kGroupPrefix.size() - 5);
  }
  throw std::runtime_error("no group in " + entry.string());
}

fs::path source_entry(std::string_view key) {
  for (const char* below : {"sample", "inductor/triton/0"})
    if (const fs::path entry = data_dir() / below / key; fs::exists(entry)) return entry;
  throw std::runtime_error("no such entry in tests/data: " + std::string(key));
}

ordered_json edited_metadata(const fs::path& file, const KernelSpec& spec, const std::string& name) {
  ordered_json metadata = ordered_json::parse(read_file(file));
  const auto bytes = digest(spec.seed, 32);
  metadata["hash"] = encode(bytes, "0123456789abcdef", 4);
  metadata["name"] = name;
  for (const auto& [pointer, text] : spec.set)
    metadata[ordered_json::json_pointer(pointer)] = ordered_json::parse(text);
  for (const std::string& pointer : spec.erase) {
    const ordered_json::json_pointer at(pointer);
    metadata.at(at.parent_pointer()).erase(at.back());
  }
  return metadata;
}

void write_group(const fs::path& entry, const KernelSpec& spec, const std::string& stem,
                 std::vector<std::string> names) {
  if (spec.group == GroupShape::none) return;
  std::sort(names.begin(), names.end());
  const std::string key = entry.filename().string();
  const std::string root = spec.group_root.empty() ? entry.parent_path().string() : spec.group_root;
  ordered_json children = spec.group == GroupShape::list ? ordered_json::array() : ordered_json::object();
  for (const std::string& name : names) {
    if (spec.group == GroupShape::list)
      children.push_back(name);
    else
      children[name] = root + "/" + key + "/" + name;
  }
  // Python writes what is no UTF-8 in its own way; here it is enough that the group stays readable.
  write_file(entry / (kGroupPrefix + stem + ".json"),
             ordered_json{{"child_paths", children}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace

std::string make_key(std::uint64_t seed, cache::KeyEncoding encoding) {
  using cache::KeyEncoding;
  const std::string hex = "0123456789abcdef";
  const std::string base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  switch (encoding) {
    case KeyEncoding::md5_hex: return encode(digest(seed, 16), hex, 4);
    case KeyEncoding::sha256_hex: return encode(digest(seed, 32), hex, 4);
    case KeyEncoding::base64: return encode(digest(seed, 32), base64, 6);
    case KeyEncoding::base64_md5: return encode(digest(seed, 16), base64, 6);
    case KeyEncoding::base32: return encode(digest(seed, 32), base32, 5);
    case KeyEncoding::base32_md5: return encode(digest(seed, 16), base32, 5);
  }
  throw std::logic_error("no such encoding");
}

fs::path add_kernel(const fs::path& root, const KernelSpec& spec) {
  const fs::path source = source_entry(spec.source);
  const std::string old_stem = stem_of(source);
  const std::string stem = spec.name.empty() ? old_stem : spec.name;
  const fs::path entry = root / (spec.key.empty() ? make_key(spec.seed, spec.encoding) : spec.key);
  fs::create_directories(entry);
  std::vector<std::string> names;
  for (const auto& item : fs::directory_iterator(source)) {
    const std::string name = item.path().filename().string();
    const std::string extension = item.path().extension().string();
    if (name.starts_with(kGroupPrefix) || std::count(spec.drop.begin(), spec.drop.end(), extension)) continue;
    names.push_back(stem + name.substr(old_stem.size()));
    if (extension == ".json")
      write_file(entry / names.back(), edited_metadata(item.path(), spec, stem).dump());
    else
      write_file(entry / names.back(), read_file(item.path()));
  }
  for (const auto& [name, text] : spec.files) {
    write_file(entry / name, text);
    names.push_back(name);
  }
  write_group(entry, spec, stem, std::move(names));
  set_tree_age(entry, spec.age);
  return entry;
}

void add_kernels(const fs::path& root, int count, std::uint64_t first) {
  constexpr std::array kSources{kCuda80, kCuda90, kHip90a, kHip942};
  for (int i = 0; i < count; ++i) {
    KernelSpec spec;
    spec.source = kSources[static_cast<std::size_t>(i) % kSources.size()];
    spec.seed = first + static_cast<std::uint64_t>(i);
    add_kernel(root, spec);
  }
}

fs::path add_entry(const fs::path& root, const std::string& key,
                   const std::vector<std::pair<std::string, std::string>>& files) {
  const fs::path entry = root / key;
  fs::create_directories(entry);
  for (const auto& [name, text] : files) write_file(entry / name, text);
  set_tree_age(entry, kAge);
  return entry;
}

fs::path add_module(const fs::path& root, std::uint64_t seed, const std::string& file) {
  const fs::path real = data_dir() / "inductor/triton/0/XU5DT2AO5BD5AEHEYGLPP5LRDFHHCUEJT4LGDVLB4STXUGVGHFPA";
  return add_entry(root, make_key(seed), {{file, read_file(fs::directory_iterator(real)->path())}});
}

fs::path add_autotune(const fs::path& root, std::uint64_t seed, const std::string& name) {
  return add_entry(root, make_key(seed),
                   {{name + ".autotune.json",
                     R"({"key": ["1024"], "configs_timings": [[{"kwargs": {"BLOCK": 128}, "num_warps": 4}, 0.5]]})"}});
}

fs::path add_empty(const fs::path& root, std::uint64_t seed) { return add_entry(root, make_key(seed), {}); }

fs::path add_partial(const fs::path& root, std::uint64_t seed) {
  const fs::path real = source_entry(kCuda90);
  return add_entry(root, make_key(seed),
                   {{"add_kernel.ttir", read_file(real / "add_kernel.ttir")},
                    {"add_kernel.ttgir", read_file(real / "add_kernel.ttgir")}});
}

fs::path add_leftover(const fs::path& root, std::uint64_t seed) {
  return add_entry(root, make_key(seed),
                   {{"tmp.pid_4711_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a15/add_kernel.ttir", "half of"}});
}

const cache::FileTypes& plugin_file_types() {
  using model::ArtifactKind;
  static const cache::FileTypes types = [] {
    cache::FileTypes made;
    made.add("cuda", ".ptx", {ArtifactKind::assembly, "ptx"});
    made.add("cuda", ".cubin", {ArtifactKind::binary, "cubin"});
    made.add("hip", ".amdgcn", {ArtifactKind::assembly, "amdgcn"});
    made.add("hip", ".hsaco", {ArtifactKind::binary, "hsaco"});
    return made;
  }();
  return types;
}

cache::Naming plugin_naming() {
  return {&plugin_file_types(), [](std::string_view, std::string_view arch) {
            if (arch.size() >= 2 && arch.front() == '"') arch = arch.substr(1, arch.size() - 2);
            return std::string(arch);
          }};
}

}  // namespace tcm::test
