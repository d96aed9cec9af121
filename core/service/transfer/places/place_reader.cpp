// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/places/place_reader.hpp"

#include <fmt/format.h>

#include "core/cache/pack/mega_cache.hpp"
#include "core/service/transfer/places/image.hpp"
#include "core/service/transfer/places/signature.hpp"
#include "core/service/transfer/places/stream.hpp"
#include "core/util/system/scratch.hpp"

namespace tcm::service {
namespace {

template <class T>
Result<T> named(const std::string& name, Result<T> read) {
  if (read || read.error().code != ErrorCode::corrupt) return read;
  return fail(ErrorCode::corrupt, fmt::format("{}: {}", name, read.error().message));
}

/// What calls an image of skopeo's by a layout: it lies in a directory of its
/// own as long as this does.
class FetchedImage {
 public:
  static Result<FetchedImage> fetch(const Place& place) {
    TCM_ASSIGN(util::ScratchDirectory scratch, util::ScratchDirectory::create("tcm-image-"));
    TCM_TRY(copy_image(place.path, fmt::format("oci:{}:{}", scratch.path(), kTag)));
    return FetchedImage(std::move(scratch), place.word);
  }
  const Place& layout() const { return layout_; }

 private:
  static constexpr const char* kTag = "cache";

  FetchedImage(util::ScratchDirectory scratch, const std::string& word) : scratch_(std::move(scratch)) {
    layout_.kind = Place::Kind::layout;
    layout_.path = scratch_.path();
    layout_.tag = kTag;
    layout_.word = word;
  }

  util::ScratchDirectory scratch_;
  Place layout_;
};

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

Result<cache::PackReport> read_layout(const Place& place, cache::Receiver& to, const cache::PackOptions& options) {
  TCM_ASSIGN(const cache::ImageManifest image, open_image(place.path, place.tag));
  cache::PackOptions of_layers = options;
  of_layers.below = {cache::kTritonPlaces.cache, cache::kVllmPlaces.cache};
  of_layers.end = cache::TarEnd::optional;
  cache::PackReport report;
  for (const cache::Descriptor& layer : image.layers) {
    TCM_ASSIGN(const cache::PackReport one,
               named(place.word, read_layer(blob_path(place.path, layer.digest), layer, to, of_layers)));
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

Result<cache::PackReport> read_verified(InputFile& file, const Place& place, cache::Receiver& to,
                                        const cache::PackOptions& options, const std::string& verify_with) {
  if (!file.is_regular())
    return fail(ErrorCode::usage, fmt::format("{}: no file, which alone can be verified", place.path));
  auto verified = run_over_file(verify_with, place.path);
  if (!verified && verified.error().code == ErrorCode::failed)
    return fail(ErrorCode::corrupt, verified.error().message);
  if (!verified) return fail(std::move(verified).error());
  TCM_ASSIGN(auto read, named(place.path, cache::read_pack(file.source(), to, options)));
  // What was read is what was verified.
  if (file.is_unchanged()) return read;
  return fail(ErrorCode::corrupt, place.path + ": changed while it was verified and read");
}

Result<cache::PackReport> read_archive(const Place& place, cache::Receiver& to, const cache::PackOptions& options,
                                       const std::string& verify_with) {
  TCM_ASSIGN(InputFile file, InputFile::open(place.path));
  if (cache::is_mega_cache(file.head(cache::kMegaCacheHead)))
    return fail(ErrorCode::corrupt,
                place.path + ": a mega-cache of torch.compile, which torch.compiler.load_cache_artifacts() loads");
  if (!verify_with.empty()) return read_verified(file, place, to, options, verify_with);
  return named(place.path, cache::read_pack(file.source(), to, options));
}

/// That of the first layer that has one.
Result<cache::ManifestSpool> read_layout_manifest(const Place& place) {
  TCM_ASSIGN(const cache::ImageManifest image, open_image(place.path, place.tag));
  Error none{ErrorCode::corrupt, place.word + ": an image without layers"};
  for (const cache::Descriptor& layer : image.layers) {
    TCM_ASSIGN(InputFile file, InputFile::open(blob_path(place.path, layer.digest)));
    auto spool = named(place.word, cache::read_manifest(file.source()));
    if (spool || spool.error().code != ErrorCode::corrupt) return spool;
    none = std::move(spool).error();
  }
  return fail(std::move(none));
}

}  // namespace

Result<cache::PackReport> read_place(const Place& place, cache::Receiver& to, const cache::PackOptions& options,
                                     const std::string& verify_with) {
  switch (place.kind) {
    case Place::Kind::stream: {
      InputFile file = InputFile::standard();
      return named("standard input", cache::read_pack(file.source(), to, options));
    }
    case Place::Kind::layout: return read_layout(place, to, options);
    case Place::Kind::image: {
      TCM_ASSIGN(const FetchedImage image, FetchedImage::fetch(place));
      return read_layout(image.layout(), to, options);
    }
    case Place::Kind::archive:
    case Place::Kind::directory: break;
  }
  return read_archive(place, to, options, verify_with);
}

Result<cache::ManifestSpool> read_place_manifest(const Place& place) {
  switch (place.kind) {
    case Place::Kind::layout: return read_layout_manifest(place);
    case Place::Kind::image: {
      TCM_ASSIGN(const FetchedImage image, FetchedImage::fetch(place));
      return read_layout_manifest(image.layout());
    }
    case Place::Kind::directory:
      return fail(ErrorCode::usage, place.word + ": a directory has no manifest; name an archive or an image");
    case Place::Kind::stream:
    case Place::Kind::archive: break;
  }
  const bool is_stream = place.kind == Place::Kind::stream;
  TCM_ASSIGN(InputFile file, is_stream ? Result<InputFile>(InputFile::standard()) : InputFile::open(place.path));
  return named(is_stream ? "standard input" : place.path, cache::read_manifest(file.source()));
}

}  // namespace tcm::service
