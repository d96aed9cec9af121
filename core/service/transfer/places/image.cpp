// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/places/image.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/cache/import/root_directory.hpp"
#include "core/util/system/child.hpp"
#include "core/util/system/file.hpp"
#include "core/util/system/output_file.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr int kMaxIndexes = 4;  // one that names one that …
constexpr const char* kDefaultTag = "latest";

/// What images call this kind of machine.
std::string machine() {
  utsname names{};
  const std::string name = ::uname(&names) == 0 ? names.machine : "";
  if (name == "x86_64") return "amd64";
  if (name == "aarch64") return "arm64";
  return name;
}

Result<std::string> read_document(const std::string& directory, const cache::Descriptor& document) {
  TCM_ASSIGN(const util::SmallFile file,
             util::read_small_file(blob_path(directory, document.digest), cache::kMaxImageDocument));
  if (util::sha256_of(file.text) != document.digest)
    return fail(ErrorCode::corrupt, directory + ": a document is not the bytes that its name says");
  return file.text;
}

Result<cache::Descriptor> choose(const std::string& directory, const std::vector<cache::Descriptor>& images,
                                 const std::string& tag) {
  std::vector<cache::Descriptor> found;
  for (const cache::Descriptor& image : images) {
    const bool other_system = !image.os.empty() && image.os != "linux";
    if (!other_system && (tag.empty() || image.tag == tag)) found.push_back(image);
  }
  if (found.empty())
    return fail(ErrorCode::missing, fmt::format("{}: holds no image{}", directory,
                                                tag.empty() ? "" : " called " + util::escape_control(tag)));
  if (found.size() > 1 && tag.empty() && !found.front().tag.empty())
    return fail(ErrorCode::usage, fmt::format("{}: holds {} images; name one: oci:{}:{}", directory, found.size(),
                                              directory, util::escape_control(found.front().tag)));
  return found.front();
}

/// Puts a document among the blobs.
Result<cache::Descriptor> add_document(const std::string& directory, const std::string& media_type,
                                       const std::string& text) {
  cache::Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = util::sha256_of(text);
  descriptor.bytes = text.size();
  TCM_ASSIGN(util::OutputFile file, util::OutputFile::create(blob_path(directory, descriptor.digest)));
  TCM_TRY(file.write(text));
  TCM_TRY(file.finish());
  return descriptor;
}

Result<void> write_whole(const std::string& path, std::string_view text) {
  TCM_ASSIGN(util::OutputFile file, util::OutputFile::create(path));
  TCM_TRY(file.write(text));
  return file.finish();
}

/// The layer: compressed, and its digests from before and after that.
class Layer {
 public:
  Layer(std::string directory, util::OutputFile file) : directory_(std::move(directory)), file_(std::move(file)) {}

  Result<ExportReport> write(const std::function<Result<ExportReport>(const cache::ArchiveWriter::Sink& sink)>& pack) {
    TCM_ASSIGN(cache::ArchiveWriter gzip,
               cache::ArchiveWriter::open_plain(cache::Compression::gzip, 1, [this](std::string_view piece) {
                 packed_.add(piece);
                 bytes_ += piece.size();
                 return file_.write(piece);
               }));
    TCM_ASSIGN(ExportReport report, pack([&](std::string_view piece) {
                 unpacked_.add(piece);
                 return gzip.write(piece);
               }));
    TCM_TRY(gzip.close());
    report.written = bytes_;
    return report;
  }

  Result<cache::Descriptor> finish() {
    cache::Descriptor layer;
    layer.media_type = cache::kLayerType;
    layer.digest = packed_.finish();
    layer.bytes = bytes_;
    TCM_TRY(file_.finish_as(blob_path(directory_, layer.digest)));
    return layer;
  }

  util::Sha256 unpacked() { return unpacked_.finish(); }

 private:
  std::string directory_;
  util::OutputFile file_;
  util::Sha256Hasher packed_;
  util::Sha256Hasher unpacked_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::string blob_path(const std::string& directory, const util::Sha256& digest) {
  return directory + "/blobs/sha256/" + util::hex_of(digest);
}

Result<cache::ImageManifest> open_image(const std::string& directory, const std::string& tag) {
  TCM_ASSIGN(const util::SmallFile first, util::read_small_file(directory + "/index.json", cache::kMaxImageDocument));
  std::string text = first.text;
  std::string wanted = tag;
  for (int level = 0; level < kMaxIndexes; ++level) {
    const auto index = cache::parse_image_index(text);
    if (!index) return fail(ErrorCode::corrupt, fmt::format("{}: an index {}", directory, index.error()));
    TCM_ASSIGN(const cache::Descriptor image, choose(directory, index->manifests, wanted));
    TCM_ASSIGN(text, read_document(directory, image));
    wanted.clear();
    if (cache::is_index(image)) continue;
    auto manifest = cache::parse_image_manifest(text);
    if (!manifest) return fail(ErrorCode::corrupt, fmt::format("{}: the image {}", directory, manifest.error()));
    return std::move(*manifest);
  }
  return fail(ErrorCode::corrupt, directory + ": indexes that name indexes without an end");
}

Result<ExportReport> write_image(
    const std::string& directory, const std::string& tag,
    const std::function<Result<ExportReport>(const cache::ArchiveWriter::Sink& sink)>& pack) {
  const std::string blobs = directory + "/blobs/sha256";
  TCM_TRY(cache::make_cache_directory(blobs));
  TCM_ASSIGN(util::OutputFile file, util::OutputFile::create(blobs + "/layer"));
  Layer layer(directory, std::move(file));
  TCM_ASSIGN(ExportReport report, layer.write(pack));
  TCM_ASSIGN(const cache::Descriptor packed, layer.finish());
  TCM_ASSIGN(const cache::Descriptor config,
             add_document(directory, cache::kConfigType,
                          cache::write_image_config(report.image, layer.unpacked(), machine())));
  TCM_ASSIGN(cache::Descriptor image,
             add_document(directory, cache::kManifestType, cache::write_image_manifest(config, packed)));
  image.tag = tag.empty() ? kDefaultTag : tag;
  report.image_digest = image.digest;

  // The index last: with it the image is there.
  const std::string index_path = directory + "/index.json";
  auto there = util::read_small_file(index_path, cache::kMaxImageDocument);
  if (!there && there.error().code != ErrorCode::missing) return fail(std::move(there).error());
  const auto index = cache::add_to_index(there ? there->text : std::string(), image);
  if (!index) return fail(ErrorCode::corrupt, fmt::format("{}: {}", index_path, index.error()));
  TCM_TRY(write_whole(directory + "/oci-layout", cache::kLayoutText));
  TCM_TRY(write_whole(index_path, *index));
  return report;
}

Result<void> copy_image(const std::string& from, const std::string& to) {
  const auto code = util::run_child({"skopeo", "copy", "--quiet", from, to}, {}, STDERR_FILENO);
  if (!code && code.error().code == ErrorCode::missing)
    return fail(ErrorCode::missing,
                "skopeo is not installed, which copies images; install it (Debian: skopeo), or use oci:DIR:TAG");
  if (!code) return fail(code.error());
  if (*code != 0)
    return fail(ErrorCode::failed,
                fmt::format("skopeo could not copy {} to {}", util::escape_control(from), util::escape_control(to)));
  return {};
}

}  // namespace tcm::service
