// SPDX-License-Identifier: Apache-2.0
// The entries of a manifest in a temporary file: a cache may hold a million. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/pack/manifest.hpp"
#include "core/util/result.hpp"
#include "core/util/system/spool.hpp"

namespace tcm::cache {

class ManifestSpool {
 public:
  /// Errors: those of a spool.
  static Result<ManifestSpool> create();

  /// Adds an entry behind the others. Errors: corrupt (it does not come after the last one); those of a spool.
  Result<void> add(const ManifestEntry& entry);

  /// Reads the text of a manifest in pieces; finish() says that it is all. Errors: corrupt (one line says what is wrong
  /// with it, without a path); those of a spool.
  Result<void> feed(std::string_view piece);
  Result<void> finish();

  std::size_t count() const { return positions_.size(); }
  std::uint64_t bytes() const { return bytes_; }  ///< of all files of all entries
  std::uint64_t files() const { return files_; }
  Result<ManifestEntry> entry(std::size_t position);
  /// Its line, which parse_manifest_line() reads.
  Result<std::string> line(std::size_t position);

  const ManifestHeader& header() const { return header_; }
  void set_header(ManifestHeader header) { header_ = std::move(header); }

  /// How long the text is, and the text in pieces.
  std::uint64_t text_bytes() const;
  Result<void> write(const std::function<Result<void>(std::string_view piece)>& to);

 private:
  explicit ManifestSpool(util::Spool spool) : spool_(std::move(spool)) {}
  Result<void> take_line(std::string_view line);

  util::Spool spool_;
  std::vector<std::uint64_t> positions_;
  std::optional<ManifestEntry> last_;  ///< without files
  ManifestHeader header_;
  std::uint64_t bytes_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t line_bytes_ = 0;  ///< of all lines, without what stands between
  std::string held_;              ///< the begin of a line
  std::uint64_t fed_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace tcm::cache
