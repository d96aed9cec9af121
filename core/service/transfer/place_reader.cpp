// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/place_reader.hpp"

#include <fmt/format.h>

#include "core/service/transfer/image.hpp"
#include "core/service/transfer/stream.hpp"
#include "core/util/system/scratch.hpp"

namespace tcm::service {
namespace {

Result<cache::PackReport> named(const std::string& name, Result<cache::PackReport> read) {
  if (read || read.error().code != ErrorCode::corrupt) return read;
  return fail(ErrorCode::corrupt, fmt::format("{}: {}", name, read.error().message));
}

/// A blob is what its name says once all of it was read.
Result<cache::PackReport> read_layer(const std::string& path, const cache::Descriptor& layer, cache::Receiver& to,
                                     const cache::PackOptions& options) {
  TCM_ASSIGN(InputFile file, InputFile::open(path));
  util::Sha256Hasher hasher;
  std::uint64_t bytes = 0;
  auto read = cache::read_pack(
      [&, from = file.source()](std::span<char> buffer) -> Result<std::size_t> {
        auto got = from(buffer);
        if (!got) return got;
        hasher.add({buffer.data(), *got});
        bytes += *got;
        if (bytes > layer.bytes) return fail(ErrorCode::corrupt, "a layer is larger than the image says");
        return got;
      },
      to, options);
  if (!read) return read;
  if (bytes != layer.bytes || hasher.finish() != layer.digest)
    return fail(ErrorCode::corrupt, "a layer is not the bytes that the image says");
  return read;
}

Result<cache::PackReport> read_layout(const std::string& directory, const std::string& tag, const std::string& name,
                                      cache::Receiver& to, const cache::PackOptions& options) {
  TCM_ASSIGN(const cache::ImageManifest image, open_image(directory, tag));
  cache::PackOptions of_layers = options;
  of_layers.below = {cache::kImageCache, "io.vllm.cache"};
  cache::PackReport report;
  for (const cache::Descriptor& layer : image.layers) {
    TCM_ASSIGN(const cache::PackReport one,
               named(name, read_layer(blob_path(directory, layer.digest), layer, to, of_layers)));
    if (one.manifest) report.manifest = one.manifest;
    if (one.digest) report.digest = one.digest;
    report.entries += one.entries;
    report.files += one.files;
    report.bytes += one.bytes;
    report.absent_total += one.absent_total;
    report.other_files += one.other_files;
  }
  return report;
}

}  // namespace

Result<cache::PackReport> read_place(const Place& place, cache::Receiver& to, const cache::PackOptions& options) {
  switch (place.kind) {
    case Place::Kind::stream: {
      InputFile file = InputFile::standard();
      return named("standard input", cache::read_pack(file.source(), to, options));
    }
    case Place::Kind::layout: return read_layout(place.path, place.tag, place.word, to, options);
    case Place::Kind::image: {
      TCM_ASSIGN(const util::ScratchDirectory scratch, util::ScratchDirectory::create("tcm-image-"));
      TCM_TRY(copy_image(place.path, "oci:" + scratch.path() + ":cache"));
      return read_layout(scratch.path(), "cache", place.word, to, options);
    }
    case Place::Kind::archive:
    case Place::Kind::directory: break;
  }
  TCM_ASSIGN(InputFile file, InputFile::open(place.path));
  return named(place.path, cache::read_pack(file.source(), to, options));
}

}  // namespace tcm::service
