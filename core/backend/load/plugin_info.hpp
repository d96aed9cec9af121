// SPDX-License-Identifier: Apache-2.0
// What a plugin says of itself, copied and checked. Texts are valid UTF-8; names, ids and words have the syntax that
// the plugin interface asks for; what people read is safe to print.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/words.hpp"

namespace tcm::backend {

/// A Triton target ("target.backend" of the metadata) and what else users call it.
struct TargetInfo {
  std::string name;
  std::vector<std::string> aliases;
  std::string shadowed_by;  ///< id of the plugin that serves this target in its place; empty when this one does
};

struct FileTypeInfo {
  std::string extension;  ///< with its dot
  model::ArtifactKind kind = model::ArtifactKind::other;
  std::uint32_t kind_number = 0;  ///< as the plugin said it; what it gets back with an artifact
  std::string label;
};

struct PluginInfo {
  std::string id;
  std::string display_name;
  std::string version;
  std::string vendor;  ///< empty when not given
  std::string url;     ///< empty when not given
  std::string path;    ///< canonical path of the object
  std::uint16_t abi_major = 0;
  std::uint16_t abi_minor = 0;
  std::uint64_t flags = 0;
  std::vector<TargetInfo> targets;
  std::vector<FileTypeInfo> file_types;
  std::vector<std::string> path_fields;  ///< metadata fields whose value is a path that moving a cache has to rewrite
  bool has_probe = false;
  bool has_validate = false;
  bool serial_only = false;
};

}  // namespace tcm::backend
