// SPDX-License-Identifier: Apache-2.0
// Writes entries into a directory that nobody looks into, from where they are moved into a root once they were checked.
// One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/cache/pack/carried_entry.hpp"
#include "core/cache/pack/receiver.hpp"
#include "core/disk/new_file.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::cache {

/// Entries with more files in them altogether are refused.
inline constexpr std::uint64_t kMaxStagedFiles = 16'000'000;

class Stager : public Receiver {
 public:
  /// The directory belongs to this process alone; its descriptor is borrowed, the path is for messages. What is made
  /// belongs to `owner`.
  Stager(std::string path, int directory, std::optional<disk::Owner> owner)
      : path_(std::move(path)), directory_(directory), owner_(owner) {}

  /// Errors: corrupt (a file of that name is there), no_space, failed.
  Result<bool> begin(const PackedFile& file) override;
  Result<void> piece(std::string_view bytes) override;
  Result<void> end() override;

  /// Takes a whole file over by sharing what it holds: blocks or, where the file system cannot, the file itself. False:
  /// neither can be; nothing was made.
  Result<bool> link(const PackedFile& file, int from, const char* name);

  /// Lets go of the entry that was written last: it is going to be moved, and what comes next under its key is another.
  void leave() {
    entry_ = {};
    key_.clear();
  }

  std::uint64_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t linked() const { return linked_; }  ///< files that link() took over

 private:
  Result<void> enter(const std::string& key);
  tl::unexpected<Error> failed(std::string_view name, int error) const;

  std::string path_;
  int directory_;
  std::optional<disk::Owner> owner_;
  std::string key_;
  util::Fd entry_;
  std::string name_;
  disk::NewFile file_;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t linked_ = 0;
};

/// Replaces the texts of an entry in a staging directory with those given. Errors: no_space,
/// failed.
Result<void> put_texts(int staging, const std::string& path, const CarriedEntry& entry,
                       const std::optional<disk::Owner>& owner);

/// Deletes an entry of a staging directory, as far as that can be done.
void discard_staged(int staging, const std::string& key);

}  // namespace tcm::cache
