// SPDX-License-Identifier: Apache-2.0
// Images as registries keep them: the documents that say which blobs belong together, and the two that say what of a
// kernel cache is in one, as KServe's and GKM's mcv write and read them. Values in, texts out; no I/O. All functions
// are pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/cache/pack/carried_entry.hpp"
#include "core/util/sha256.hpp"

namespace tcm::cache {

/// Documents beyond this are refused, and images of more layers.
inline constexpr std::size_t kMaxImageDocument = std::size_t{4} << 20;
inline constexpr std::size_t kMaxLayers = 128;

/// Where in a layer entries lie, and the document that lists them (see image_list.hpp); of a cache of Triton, and of
/// vLLM.
struct ImagePlaces {
  const char* cache;
  const char* list_directory;
  const char* list;
};
inline constexpr ImagePlaces kTritonPlaces{"io.triton.cache", "io.triton.manifest", "io.triton.manifest/manifest.json"};
inline constexpr ImagePlaces kVllmPlaces{"io.vllm.cache", "io.vllm.manifest", "io.vllm.manifest/manifest.json"};
/// Of an image of a layout: triton or vllm.
const ImagePlaces& image_places(model::Layout layout);

/// A blob, as another document names it.
struct Descriptor {
  std::string media_type;
  util::Sha256 digest{};
  std::uint64_t bytes = 0;
  std::string tag;  ///< of an index: the name that it has there
  std::string os;   ///< … and what it is for; empty: not said
};

struct ImageIndex {
  std::vector<Descriptor> manifests;
};
struct ImageManifest {
  Descriptor config;
  std::vector<Descriptor> layers;
};

/// Reads `index.json`, or an index that one names; and the manifest of an image, of OCI or of docker. Errors: in one
/// line what is wrong.
tl::expected<ImageIndex, std::string> parse_image_index(std::string_view text);
tl::expected<ImageManifest, std::string> parse_image_manifest(std::string_view text);
bool is_index(const Descriptor& descriptor);

/// `index.json` with the image under its tag, in place of one that has it; what else it holds stays. An empty text is
/// one that is not there yet. Errors: it cannot be read.
tl::expected<std::string, std::string> add_to_index(std::string_view text, const Descriptor& image);

/// What the labels of an image sum up.
struct ImageContents {
  model::Layout layout = model::Layout::triton;  ///< or vllm
  std::uint64_t kernels = 0;
  std::uint64_t bytes = 0;                       ///< of all files
  std::string place;                             ///< where groups want the cache to be
  util::Sha256 manifest{};                       ///< of our own manifest
  std::map<std::string, CarriedKernel> targets;  ///< one kernel of each backend, architecture and warp size
  std::map<std::string, bool> triton_versions;
  std::vector<std::string> hashes;  ///< of vLLM: the directories of models

  void add(const CarriedKernel& kernel);
};

/// The documents of an image of one layer. `unpacked` is the digest of the layer before it was compressed.
std::string write_image_config(const ImageContents& contents, const util::Sha256& unpacked, std::string_view machine);
std::string write_image_manifest(const Descriptor& config, const Descriptor& layer);
inline constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kLayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kLayoutText = "{\"imageLayoutVersion\":\"1.0.0\"}";

}  // namespace tcm::cache
