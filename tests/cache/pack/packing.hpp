// SPDX-License-Identifier: Apache-2.0
// Short forms for tests that pack and unpack.
#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include "core/cache/pack/archive_writer.hpp"
#include "core/cache/pack/manifest.hpp"
#include "core/cache/pack/pack_reader.hpp"
#include "tests/support/tar_builder.hpp"

namespace tcm::test {

inline constexpr const char* kKeyA = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
inline constexpr const char* kKeyB = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

/// Remembers what it is given, and that it was given whole.
class Recorder : public cache::Receiver {
 public:
  Result<bool> begin(const cache::PackedFile& file) override {
    path_ = file.root.empty() ? file.key + "/" + file.name : file.root + "/" + file.key + "/" + file.name;
    expected_ = file.bytes;
    if (files.contains(path_)) return fail(ErrorCode::corrupt, path_ + ": comes twice");
    files[path_];
    return true;
  }
  Result<void> piece(std::string_view bytes) override {
    files[path_] += bytes;
    return {};
  }
  Result<void> end() override {
    if (files[path_].size() != expected_) throw std::runtime_error(path_ + ": not as many bytes as were said");
    return {};
  }

  std::map<std::string, std::string> files;

 private:
  std::string path_;
  std::uint64_t expected_ = 0;
};

inline cache::ArchiveReader::Source source_of(const std::string& bytes, std::size_t piece = 1000) {
  return [&bytes, piece, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t some = std::min({piece, buffer.size(), bytes.size() - at});
    std::copy_n(bytes.data() + at, some, buffer.data());
    at += some;
    return some;
  };
}

/// The error of reading this; empty: none.
inline std::string error_of(const std::string& bytes, Recorder& to) {
  const auto read = cache::read_pack(source_of(bytes), to);
  return read ? std::string() : read.error().message;
}

inline std::string error_of(const std::string& bytes) {
  Recorder to;
  return error_of(bytes, to);
}

inline cache::ManifestEntry entry_of(const std::string& key,
                                     const std::vector<std::pair<std::string, std::string>>& files) {
  cache::ManifestEntry entry;
  entry.key = key;
  for (const auto& [name, text] : files) entry.files.push_back({name, text.size(), util::sha256_of(text)});
  return entry;
}

inline std::string manifest_of(const std::vector<cache::ManifestEntry>& entries) {
  cache::ManifestHeader header;
  header.tool = "test";
  header.path = "/cache";
  std::string text = cache::manifest_begin(header);
  bool first = true;
  for (const cache::ManifestEntry& entry : entries) text += cache::manifest_line(entry, std::exchange(first, false));
  return text + std::string(cache::kManifestEnd);
}

inline std::string packed(const std::string& tar, cache::Compression compression, unsigned threads = 1) {
  // The writer compresses what it is given as members only; any bytes are compressed by one member of their own.
  std::string bytes;
  auto writer = cache::ArchiveWriter::open(compression, threads, [&bytes](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  });
  if (!writer || !writer->begin_file("KEY/file", tar.size()) || !writer->write(tar) || !writer->close())
    throw std::runtime_error("cannot pack");
  return bytes;
}

}  // namespace tcm::test
