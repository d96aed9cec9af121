// SPDX-License-Identifier: Apache-2.0
// Reads tar, whether plain or compressed with gzip or zstd, from a stream that somebody else made. libarchive parses;
// nothing is written here, and no name that a member has is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::cache {

struct Member {
  enum class Type : std::uint8_t { file, directory, other };
  std::string path;  ///< as it stands there: any bytes
  Type type = Type::file;
  std::uint64_t bytes = 0;  ///< of a file
  std::string_view what{};  ///< of `other`: "a symbolic link"
};

/// Whether a tar must have the blocks of zeros that end one. Some writers of images leave them out (umoci insert, and
/// Go's archive/tar when it is not closed): of a source whose digest is known nothing is cut short.
enum class TarEnd : std::uint8_t { required, optional };

/// One thread at a time.
class ArchiveReader {
 public:
  /// Fills `buffer` as far as there is something and says how much that was; 0 at the end.
  using Source = std::function<Result<std::size_t>(std::span<char> buffer)>;

  /// Errors: corrupt (no archive); the source's. Messages name no path.
  static Result<ArchiveReader> open(Source source, TarEnd end = TarEnd::required);
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;

  /// The next member; nothing once all were read, the archive ended as archives do and nothing follows. Errors:
  /// corrupt (damaged, cut short, more than it can have been packed from, something behind its end); the source's.
  Result<std::optional<Member>> next();

  /// Hands out the bytes of the member, a file, in pieces; exactly as many as it says. Errors: as next(), and those of
  /// `each`.
  Result<void> read(const std::function<Result<void>(std::string_view piece)>& each);

  /// Bytes that were taken from the source.
  std::uint64_t taken() const;

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tcm::cache
