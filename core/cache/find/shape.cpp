// SPDX-License-Identifier: Apache-2.0
#include "core/cache/find/shape.hpp"

#include <algorithm>
#include <memory>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/key.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// Looks into at most this many directories of a parent: a root shows itself at once, and a large directory of something
// else must not be opened a hundred thousand times.
constexpr int kMaxLooks = 256;

enum class Look : std::uint8_t {
  entry,      ///< Triton's for sure
  files,      ///< holds files that tell nothing (or cannot be looked into)
  something,  ///< holds directories: no entry does, but for temporaries
};

// Other tools name directories by digests too: what is in one must be what Triton puts there. Nothing in it is no proof
// then, and IR alone is none, as dumps and overrides of kernels hold it under such names as well.
Look look_into(int parent, const char* name, bool has_key_shape, disk::ListBuffer& buffer) {
  util::Fd directory;
  if (disk::open_directory_at(parent, name, directory) != 0) return Look::files;
  Look look = Look::files;
  disk::list_directory(directory.get(), buffer, [&](const char* item, disk::NodeType type) {
    if (std::string_view(item) == kTrashName) return true;
    const bool is_directory = type == disk::NodeType::directory;
    const bool is_proof =
        is_group(item) ||
        (has_key_shape && (is_directory ? is_temporary_directory(item)
                                        : is_temporary_file(item) || is_module(item) || extension_of(item) == ".json"));
    if (is_proof)
      look = Look::entry;
    else if (is_directory)
      look = Look::something;
    return look != Look::entry;
  });
  return look;
}

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

int survey(int directory, bool whole, bool trusted, Survey& found) {
  const auto outer = std::make_unique<disk::ListBuffer>();
  const auto inner = std::make_unique<disk::ListBuffer>();
  int key_looks = 0;
  int other_looks = 0;
  return disk::list_directory(directory, *outer, [&](const char* name, disk::NodeType type) {
    if (std::string_view(name) == kTrashName) return true;
    if (type == disk::NodeType::file) {
      found.is_entry |= is_group(name);
      found.files.emplace_back(name);
    }
    if (type != disk::NodeType::directory) return true;
    found.directories.emplace_back(name);
    if (found.is_root) return true;
    const auto encoding = key_encoding(name);
    const bool has_key_shape = encoding && looks_random(name, *encoding);
    int& looks = has_key_shape ? key_looks : other_looks;
    if (looks++ >= kMaxLooks) return true;
    const Look look = trusted && has_key_shape ? Look::entry : look_into(directory, name, has_key_shape, *inner);
    found.is_root = look == Look::entry;
    found.is_unused &= is_temporary_entry(name) || (has_key_shape && look == Look::files);
    return whole || !found.is_root;
  });
}

bool is_device_path(std::string_view path) {
  const std::string_view device = last_component(path);
  return !device.empty() && std::all_of(device.begin(), device.end(), util::is_digit) &&
         last_component(parent_of(path)) == "triton";
}

bool is_root_path(std::string_view path) {
  return is_device_path(path) ||
         (last_component(path) == "triton_cache" && last_component(parent_of(path)).starts_with("rank_"));
}

model::Layout layout_of_path(std::string_view path) {
  bool in_compile_cache = false;
  for (const std::string_view component : util::split(path, '/')) {
    if (component == "torch_compile_cache") in_compile_cache = true;
    if (in_compile_cache && (component.starts_with("rank_") || component == "torch_aot_compile"))
      return model::Layout::vllm;
  }
  if (is_device_path(path)) return model::Layout::inductor;
  return is_root_path(path) ? model::Layout::vllm : model::Layout::triton;
}

}  // namespace tcm::cache
