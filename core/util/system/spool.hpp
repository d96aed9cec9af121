// SPDX-License-Identifier: Apache-2.0
// A sequence of records in an unnamed temporary file, for what may be more than memory should hold. The file is gone
// when the object is, however the process ends. A full disk leaves all in memory, up to a bound. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::util {

class Spool {
 public:
  /// Makes the file in $TMPDIR, else in /tmp. Errors: denied, failed; the message names the directory.
  static Result<Spool> create();

  /// Adds a record (at most 4 GiB) and returns where it is, for read(). Errors: no_space, denied, failed.
  Result<std::uint64_t> append(std::string_view record);

  /// Reads the record at a position that append() returned.
  Result<void> read(std::uint64_t position, std::string& record);

  /// Calls `each` for all records in order, until it returns an error, which is passed on.
  Result<void> for_each(const std::function<Result<void>(std::string_view record)>& each);

  std::uint64_t count() const { return count_; }

 private:
  explicit Spool(Fd file) : file_(std::move(file)) {}
  Result<void> flush();
  Result<void> fetch(std::uint64_t position, std::size_t size, std::string& bytes);

  Fd file_;                    // not valid: the disk is full, and all of it is pending
  std::string pending_;        // appended and not written yet
  std::uint64_t written_ = 0;  // bytes in the file
  std::uint64_t count_ = 0;
  std::string window_;           // what was read last, …
  std::uint64_t window_at_ = 0;  // … and where it begins
};

/// Numbers and texts in a record, one after the other.
class Packer {
 public:
  void number(std::uint64_t value);
  void signed_number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void text(std::string_view value);
  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

/// Reads what a Packer wrote, in the same order. Past the end everything is zero or empty.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number();
  std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
  std::string text();

 private:
  std::string_view rest_;
};

}  // namespace tcm::util
