// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/oci_image.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/cache/pack/image_list.hpp"

namespace tcm::cache {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::string_view kDigest = "sha256:";
constexpr const char* kTag = "org.opencontainers.image.ref.name";
// Labels that mcv reads, behind the kind of cache. Their values are texts.
constexpr const char* kTritonLabels = "cache.triton.image/";
constexpr const char* kVllmLabels = "cache.vllm.image/";
constexpr const char* kCount = "entry-count";
constexpr const char* kSize = "cache-size-bytes";
constexpr const char* kSummary = "summary";
constexpr const char* kFormat = "format";
// By which KServe mounts a cache of vLLM.
constexpr const char* kServing = "io.kserve.km/";
// Our own.
constexpr const char* kPlace = "io.github.tcm/mount-path";
constexpr const char* kOwnManifest = "io.github.tcm/manifest-sha256";
constexpr const char* kVersions = "io.github.tcm/triton-versions";

tl::unexpected<std::string> wrong(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

tl::expected<json::object, std::string> parse_object(std::string_view text) {
  if (text.size() > kMaxImageDocument) return wrong("larger than any");
  json::error_code error;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) return wrong("no JSON object");
  return std::move(value.get_object());
}

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr ? nullptr : value->if_object();
}

tl::expected<Descriptor, std::string> descriptor_of(const json::object& object) {
  Descriptor descriptor;
  descriptor.media_type = text_in(object, "mediaType");
  const std::string digest = text_in(object, "digest");
  const auto known = digest.starts_with(kDigest) ? util::sha256_from_hex(digest.substr(kDigest.size())) : std::nullopt;
  if (!known) return wrong("names a blob by another digest than SHA-256");
  descriptor.digest = *known;
  const json::value* bytes = object.if_contains("size");
  const std::int64_t* size = bytes == nullptr ? nullptr : bytes->if_int64();
  if (size == nullptr || *size < 0) return wrong("names a blob without its size");
  descriptor.bytes = static_cast<std::uint64_t>(*size);
  if (const json::object* annotations = object_in(object, "annotations")) descriptor.tag = text_in(*annotations, kTag);
  if (const json::object* platform = object_in(object, "platform")) descriptor.os = text_in(*platform, "os");
  return descriptor;
}

tl::expected<std::vector<Descriptor>, std::string> descriptors_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  const json::array* items = value == nullptr ? nullptr : value->if_array();
  if (items == nullptr) return wrong(fmt::format("has no {}", name));
  if (items->size() > kMaxLayers) return wrong(fmt::format("has {} {}", items->size(), name));
  std::vector<Descriptor> descriptors;
  for (const json::value& item : *items) {
    if (!item.is_object()) return wrong(fmt::format("has {} that are no objects", name));
    auto descriptor = descriptor_of(item.get_object());
    if (!descriptor) return wrong(std::move(descriptor).error());
    descriptors.push_back(std::move(*descriptor));
  }
  return descriptors;
}

json::object json_of(const Descriptor& descriptor) {
  json::object object;
  object["mediaType"] = descriptor.media_type;
  object["digest"] = std::string(kDigest) + util::hex_of(descriptor.digest);
  object["size"] = descriptor.bytes;
  if (!descriptor.tag.empty()) object["annotations"] = json::object{{kTag, descriptor.tag}};
  return object;
}

std::string target_of(const CarriedKernel& kernel) {
  return fmt::format("{}-{}-{}", kernel.backend, kernel.arch, kernel.warp_size.value_or(0));
}

void label(json::object& labels, std::string_view begin, std::string_view name, std::string value) {
  labels[fmt::format("{}{}", begin, name)] = std::move(value);
}

void label_serving(json::object& labels, const ImageContents& contents) {
  label(labels, kServing, "framework", "vllm");
  label(labels, kServing, "cache-type", "torch-compile");
  label(labels, kServing, "cache-hash", fmt::format("{}", fmt::join(contents.hashes, ",")));
  label(labels, kServing, "cache-mount-subpath", std::string(kVllmDirectory));
  label(labels, kServing, "cache-root-env", "VLLM_CACHE_ROOT=" + contents.place);
}

void add_target(json::object& object, const CarriedKernel& kernel) {
  object["backend"] = kernel.backend;
  object["arch"] = kernel.arch;
  object["warp_size"] = kernel.warp_size.value_or(0);
}

}  // namespace

bool is_index(const Descriptor& descriptor) {
  return descriptor.media_type == "application/vnd.oci.image.index.v1+json" ||
         descriptor.media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

tl::expected<ImageIndex, std::string> parse_image_index(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return wrong(std::move(object).error());
  auto manifests = descriptors_of(*object, "manifests");
  if (!manifests) return wrong(std::move(manifests).error());
  return ImageIndex{std::move(*manifests)};
}

tl::expected<ImageManifest, std::string> parse_image_manifest(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return wrong(std::move(object).error());
  ImageManifest manifest;
  const json::object* const config = object_in(*object, "config");
  if (config == nullptr) return wrong("has no config");
  auto descriptor = descriptor_of(*config);
  if (!descriptor) return wrong(std::move(descriptor).error());
  manifest.config = std::move(*descriptor);
  auto layers = descriptors_of(*object, "layers");
  if (!layers) return wrong(std::move(layers).error());
  manifest.layers = std::move(*layers);
  return manifest;
}

tl::expected<std::string, std::string> add_to_index(std::string_view text, const Descriptor& image) {
  json::object index;
  index["schemaVersion"] = 2;
  json::array manifests;
  if (!text.empty()) {
    auto parsed = parse_object(text);
    if (!parsed) return wrong(std::move(parsed).error());
    index = std::move(*parsed);
    json::value* const there = index.if_contains("manifests");
    if (there == nullptr || !there->is_array()) return wrong("has no manifests");
    for (const json::value& item : there->get_array()) {
      const json::object* const object = item.if_object();
      const json::object* const annotations = object == nullptr ? nullptr : object_in(*object, "annotations");
      const std::string tag = annotations == nullptr ? std::string() : text_in(*annotations, kTag);
      if (object == nullptr || tag != image.tag) manifests.push_back(item);
    }
  }
  manifests.push_back(json_of(image));
  index["manifests"] = std::move(manifests);
  return json::serialize(index);
}

void ImageContents::add(const CarriedKernel& kernel) {
  ++kernels;
  targets.emplace(target_of(kernel), kernel);
  if (!kernel.triton_version.empty()) triton_versions.emplace(kernel.triton_version, true);
}

const ImagePlaces& image_places(model::Layout layout) {
  return layout == model::Layout::vllm ? kVllmPlaces : kTritonPlaces;
}

std::string write_image_config(const ImageContents& contents, const util::Sha256& unpacked, std::string_view machine) {
  json::array targets;
  for (const auto& [name, kernel] : contents.targets) {
    json::object target;
    add_target(target, kernel);
    targets.push_back(std::move(target));
  }
  std::string versions;
  for (const auto& [version, known] : contents.triton_versions) versions += (versions.empty() ? "" : ",") + version;
  json::object labels;
  const bool is_vllm = contents.layout == model::Layout::vllm;
  const std::string_view kind = is_vllm ? kVllmLabels : kTritonLabels;
  label(labels, kind, kCount, std::to_string(is_vllm ? contents.hashes.size() : contents.kernels));
  label(labels, kind, kSize, std::to_string(contents.bytes));
  label(labels, kind, kSummary, json::serialize(json::object{{"targets", std::move(targets)}}));
  if (is_vllm) {
    label(labels, kind, kFormat, "triton");
    label_serving(labels, contents);
  }
  labels[kPlace] = contents.place;
  labels[kOwnManifest] = util::hex_of(contents.manifest);
  labels[kVersions] = versions;
  json::object config;
  config["architecture"] = json::string_view(machine.data(), machine.size());
  config["os"] = "linux";
  config["config"] = json::object{{"Labels", std::move(labels)}};
  config["rootfs"] =
      json::object{{"type", "layers"}, {"diff_ids", json::array{std::string(kDigest) + util::hex_of(unpacked)}}};
  return json::serialize(config);
}

std::string write_image_manifest(const Descriptor& config, const Descriptor& layer) {
  json::object manifest;
  manifest["schemaVersion"] = 2;
  manifest["mediaType"] = kManifestType;
  manifest["config"] = json_of(config);
  manifest["layers"] = json::array{json_of(layer)};
  return json::serialize(manifest);
}

}  // namespace tcm::cache
