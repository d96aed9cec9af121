// SPDX-License-Identifier: Apache-2.0
// Writes tar, and compresses it. The same members give the same bytes: order is the caller's; times, owners and modes
// are fixed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::cache {

enum class Compression : std::uint8_t { none, gzip, zstd };

/// One thread at a time.
class ArchiveWriter {
 public:
  /// Where the archive goes; an error ends the writing and is passed on.
  using Sink = std::function<Result<void>(std::string_view piece)>;

  /// `threads` compress with zstd; their number does not change the bytes. Errors: failed.
  static Result<ArchiveWriter> open(Compression compression, unsigned threads, Sink sink);
  /// Compresses what write() gives as it is, without a tar around it.
  static Result<ArchiveWriter> open_plain(Compression compression, unsigned threads, Sink sink);
  ~ArchiveWriter();  ///< writes nothing more
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept;

  /// Errors, of these four: the sink's; failed.
  Result<void> add_directory(const std::string& path);
  /// Of exactly `bytes`, which write() gives.
  Result<void> begin_file(const std::string& path, std::uint64_t bytes);
  Result<void> write(std::string_view piece);
  /// Ends the archive. Before it there is none.
  Result<void> close();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tcm::cache
