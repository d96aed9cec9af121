// SPDX-License-Identifier: Apache-2.0
#include "core/cache/import/stager.hpp"

#include <fmt/format.h>

#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {

tl::unexpected<Error> Stager::failed(std::string_view name, int error) const {
  const std::string member = fmt::format("{}/{}", util::escape_control(key_), util::escape_control(name));
  // Whoever packed it may have meant any of the two.
  if (error == EEXIST) return fail(ErrorCode::corrupt, member + ": comes twice");
  return util::system_error(fmt::format("{}/{}: cannot be written", path_, member), error);
}

Result<void> Stager::enter(const std::string& key) {
  if (entry_.valid() && key_ == key) return {};
  key_ = key;
  int error = disk::make_plain_directory_at(directory_, key.c_str(), owner_);
  if (error == 0 || error == EEXIST) error = disk::open_own_directory_at(directory_, key.c_str(), entry_);
  if (error == 0) return {};
  return util::system_error(fmt::format("{}/{}: cannot make this directory", path_, util::escape_control(key)), error);
}

Result<bool> Stager::begin(const PackedFile& file) {
  if (++files_ > kMaxStagedFiles) return fail(ErrorCode::corrupt, "more files than any cache has");
  TCM_TRY(enter(file.key));
  name_ = file.name;
  if (const int error = file_.create(entry_.get(), name_.c_str(), owner_); error != 0) return failed(name_, error);
  bytes_ += file.bytes;
  return true;
}

Result<void> Stager::piece(std::string_view bytes) {
  if (const int error = file_.write(bytes); error != 0) return failed(name_, error);
  return {};
}

Result<void> Stager::end() {
  if (const int error = file_.close(); error != 0) return failed(name_, error);
  return {};
}

Result<bool> Stager::link(const PackedFile& file, int from, const char* name) {
  util::Fd opened;
  disk::Node node;
  if (disk::open_file_at(from, name, opened, node) != 0) return false;
  TCM_ASSIGN(const bool begun, begin(file));
  int error = begun ? file_.share_blocks(opened.get()) : 0;
  if (const int closed = file_.close(); error == 0) error = closed;
  if (error != 0) {
    if (const int removed = disk::unlink_at(entry_.get(), name_.c_str()); removed != 0) return failed(name_, removed);
    error = disk::link_file(from, name, entry_.get(), name_.c_str());
  }
  if (error == 0) {
    ++linked_;
    return true;
  }
  --files_;
  bytes_ -= file.bytes;
  return false;
}

Result<void> put_texts(int staging, const std::string& path, const CarriedEntry& entry,
                       const std::optional<disk::Owner>& owner) {
  util::Fd directory;
  for (const CarriedFile& carried : entry.files) {
    if (!carried.text) continue;
    const char* name = carried.name.c_str();
    int error = 0;
    if (!directory.valid()) error = disk::open_own_directory_at(staging, entry.key.c_str(), directory);
    // Away first: it may be another cache's file, too.
    if (error == 0) error = disk::unlink_at(directory.get(), name);
    disk::NewFile made;
    if (error == 0) error = made.create(directory.get(), name, owner);
    if (error == 0) error = made.write(*carried.text);
    if (error == 0) error = made.close();
    if (error != 0)
      return util::system_error(fmt::format("{}/{}/{}: cannot be written", path, util::escape_control(entry.key),
                                            util::escape_control(carried.name)),
                                error);
  }
  return {};
}

void discard_staged(int staging, const std::string& key) {
  disk::Removal ignored;
  disk::remove_tree(staging, key.c_str(), ignored);
}

}  // namespace tcm::cache
