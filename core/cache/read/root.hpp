// SPDX-License-Identifier: Apache-2.0
// One open root: the stream of what lies in it, and the reading of one entry. Everything is relative to the root's
// directory descriptor; no symbolic link is followed and nothing outside the root is opened.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/cache/read/naming.hpp"
#include "core/model/entry.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::cache {

/// Something in the root directory itself.
struct RootItem {
  std::string_view name;  ///< valid during the call
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  enum class Type : std::uint8_t { directory, file, link, other } type = Type::directory;
  std::uint64_t bytes = 0;  ///< of a file
};

/// Which directory a root is, whatever its path leads to.
struct RootId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const RootId&) const = default;
};

class Root {
 public:
  /// A path from the top is taken for resolved: one that has a symbolic link in it by now is refused. Errors: missing,
  /// denied, failed.
  static Result<Root> open(const std::string& path);

  /// Calls `each` for everything in the root but tcm's own trash, in directory order, with its stamp; costs one stat
  /// for each and opens nothing. Stops early when `each` returns false. What vanishes in between is left out; what
  /// cannot be stat'ed goes to `unreadable` with a one-line reason.
  Result<void> scan(const std::function<bool(const RootItem&)>& each,
                    const std::function<void(std::string_view name, std::string reason)>& unreadable) const;

  /// Reads one key directory. Never fails: what is wrong with the entry is in its records. Thread-safe.
  model::Entry read_entry(const std::string& key, const Naming& naming) const;

  /// Reads a file of an entry, at most `limit` bytes, into `bytes` (whose memory is reused). Both names are single file
  /// names. Returns the access time that this left, 0 when it left none. Errors: missing (also a file that is no
  /// regular one), denied, failed (too large among others). Thread-safe.
  Result<std::int64_t> read_artifact(const std::string& key, const std::string& name, std::size_t limit,
                                     std::string& bytes) const;

  /// The same in pieces, each valid during its call: no more than a piece is held. Errors as above; what was handed out
  /// before one counts for nothing.
  Result<void> read_in_pieces(const std::string& key, const std::string& name, std::uint64_t limit,
                              const std::function<void(std::string_view piece)>& each) const;

  const std::string& path() const { return path_; }
  RootId id() const { return id_; }
  /// Its directory, for the other parts of this room. Owned by the root.
  int descriptor() const { return directory_.get(); }

 private:
  Root(std::string path, util::Fd directory, RootId id)
      : path_(std::move(path)), id_(id), directory_(std::move(directory)) {}
  std::string path_;
  RootId id_;
  util::Fd directory_;
};

}  // namespace tcm::cache
