// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/places/place.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::string_view kDirectory = "dir:";
constexpr std::string_view kLayout = "oci:";
// What skopeo calls them.
constexpr std::array<std::string_view, 4> kImages{"docker://",
                                                  "containers-storage:", "docker-daemon:", "docker-archive:"};

bool is_image(std::string_view word) {
  return std::any_of(kImages.begin(), kImages.end(),
                     [word](std::string_view begin) { return word.starts_with(begin) && word.size() > begin.size(); });
}

struct Suffix {
  std::string_view text;
  cache::Compression compression;
};
constexpr std::array<Suffix, 5> kSuffixes{{
    {".tar.zst", cache::Compression::zstd},
    {".tzst", cache::Compression::zstd},
    {".tar.gz", cache::Compression::gzip},
    {".tgz", cache::Compression::gzip},
    {".tar", cache::Compression::none},
}};

/// What both directions have in common; an archive otherwise.
Result<Place> place_of(const std::string& word) {
  Place place;
  place.word = word;
  place.path = word;
  if (word == "-") {
    place.kind = Place::Kind::stream;
  } else if (word.starts_with(kDirectory)) {
    place.kind = Place::Kind::directory;
    place.path = word.substr(kDirectory.size());
  } else if (word.starts_with(kLayout)) {
    place.kind = Place::Kind::layout;
    place.path = word.substr(kLayout.size());
    const std::size_t colon = place.path.rfind(':');
    if (colon != std::string::npos && place.path.find('/', colon) == std::string::npos) {
      place.tag = place.path.substr(colon + 1);
      place.path.resize(colon);
    }
  } else if (is_image(word)) {
    place.kind = Place::Kind::image;
  }
  if (place.path.empty())
    return fail(ErrorCode::usage,
                fmt::format("'{}': names no place; write dir:PATH, oci:DIR, a file or -", util::escape_control(word)));
  return place;
}

}  // namespace

Result<Place> place_to_write(const std::string& word) {
  TCM_ASSIGN(Place place, place_of(word));
  if (place.kind != Place::Kind::archive) return place;
  for (const Suffix& suffix : kSuffixes) {
    if (!word.ends_with(suffix.text)) continue;
    place.compression = suffix.compression;
    return place;
  }
  return fail(ErrorCode::usage,
              fmt::format("'{}': its name does not say what it is to be; write x.tar.zst, x.tar.gz or x.tar, "
                          "dir:PATH for a directory, oci:DIR:TAG or docker://… for an image, or - for standard output",
                          util::escape_control(word)));
}

Result<Place> place_to_read(const std::string& word) { return place_of(word); }

}  // namespace tcm::service
