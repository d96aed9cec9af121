// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/survey/survey.hpp"

#include "core/util/system/spool.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;
// What a large file took is given back.
constexpr std::size_t kKept = std::size_t{1} << 20;
constexpr int kMaxReadings = 3;
// The clock of a file system ticks some hundred times a second; network file systems may do so once.
constexpr std::int64_t kTick = 2 * util::kSecond;

FileMark mark_of(const disk::Node& node, std::int64_t now) {
  return {node.inode, node.bytes, node.mtime_ns, node.ctime_ns, now - node.ctime_ns > kTick};
}

bool same_state(const FileMark& a, const FileMark& b) {
  return a.inode == b.inode && a.bytes == b.bytes && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

/// Takes the digest of a file on the disk, and all of its bytes if they are wanted. Errors: an errno; 0: it changed
/// meanwhile.
tl::expected<void, int> take_digest(int directory, cache::ManifestFile& file, FileMark& mark, std::string* whole) {
  thread_local std::string buffer(kPiece, '\0');
  thread_local util::Sha256Hasher hasher;
  util::Fd opened;
  disk::Node before;
  disk::Node after;
  if (const int error = disk::open_file_at(directory, file.name.c_str(), opened, before); error != 0)
    return tl::unexpected(error);
  std::uint64_t done = 0;
  while (done < before.bytes) {
    const ssize_t got = ::read(opened.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      hasher.finish();
      return tl::unexpected(error);
    }
    if (got == 0) break;
    done += static_cast<std::uint64_t>(got);
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    hasher.add(piece);
    if (whole != nullptr) whole->append(piece);
  }
  file.digest = hasher.finish();
  file.bytes = done;
  if (const int error = disk::stat_of(opened.get(), after); error != 0) return tl::unexpected(error);
  const std::int64_t now = util::now_ns();
  mark = mark_of(before, now);
  if (done != before.bytes || !same_state(mark, mark_of(after, now))) return tl::unexpected(0);
  return {};
}

/// What a hit on the entry would fail on in this file; nothing: it would not.
std::optional<std::string> damage_in(const cache::CarriedEntry& entry, const cache::CarriedFile& file,
                                     std::string_view bytes, const cache::BinaryCheck& check) {
  if (!file.read_by) return std::nullopt;
  const model::Record& kernel = entry.records[*file.read_by];
  for (const model::Artifact& artifact : kernel.artifacts) {
    if (artifact.name != file.name) continue;
    auto damage = cache::find_damage_in(bytes, kernel, artifact, check);
    return damage ? std::optional(std::move(damage->detail)) : std::nullopt;
  }
  return std::nullopt;
}

/// Whether all of it could be read as one state of the entry; nothing: it changed, read it again.
tl::expected<SurveyedEntry, cache::NotCarried> survey_once(const cache::Root& root, const std::string& key,
                                                           const cache::CarriedEntry& carried,
                                                           const cache::CarryOptions& options, bool& changed) {
  thread_local std::string bytes;
  SurveyedEntry entry;
  util::Fd directory;
  disk::Node node;
  int error = disk::open_directory_at(root.descriptor(), key.c_str(), directory);
  for (const cache::CarriedFile& file : carried.files) {
    if (error != 0) break;
    cache::ManifestFile& listed = entry.manifest.files.emplace_back();
    SurveyedFile& surveyed = entry.files.emplace_back();
    listed.name = file.name;
    listed.bytes = file.bytes;
    if (file.text) {
      surveyed.has_text = true;
      surveyed.text = *file.text;
      listed.digest = util::sha256_of(*file.text);
      continue;
    }
    bytes.clear();
    const auto taken = take_digest(directory.get(), listed, surveyed.mark, file.read_by ? &bytes : nullptr);
    if (taken) {
      auto damage = damage_in(carried, file, bytes, options.binary_check);
      if (bytes.capacity() > kKept) bytes = std::string();
      if (damage) return tl::unexpected(cache::NotCarried{true, std::move(*damage), false});
      continue;
    }
    changed |= taken.error() == 0;
    error = taken.error() == 0 ? ESTALE : taken.error();
  }
  if (error == 0) error = disk::stat_of(directory.get(), node);
  changed |= error == ENOENT;
  if (error == 0) changed |= node.inode != carried.stamp.inode || node.ctime_ns != carried.stamp.ctime_ns;
  if (error == 0) return entry;
  return tl::unexpected(cache::NotCarried{true, std::string(util::error_text(error)), false});
}

}  // namespace

tl::expected<SurveyedEntry, cache::NotCarried> survey_entry(const cache::Root& root, const std::string& relative,
                                                            const std::string& key,
                                                            const cache::CarryOptions& options) {
  for (int reading = 0; reading < kMaxReadings; ++reading) {
    const auto carried = cache::carried_entry(root, key, options);
    if (!carried) return tl::unexpected(carried.error());
    bool changed = false;
    auto entry = survey_once(root, key, *carried, options, changed);
    if (changed) continue;
    if (!entry) return entry;
    entry->manifest.root = relative;
    entry->manifest.key = key;
    entry->manifest.kind = carried->kind;
    entry->manifest.name = carried->facts.name;
    entry->manifest.backend = carried->facts.backend;
    entry->manifest.arch = carried->facts.arch;
    entry->manifest.triton_version = carried->facts.triton_version;
    entry->kernels = carried->kernels;
    return entry;
  }
  return tl::unexpected(cache::NotCarried{true, "changes while it is read", false});
}

std::string pack_surveyed(const SurveyedEntry& entry) {
  util::Packer packer;
  packer.number(entry.kernels.size());
  packer.number(entry.files.size());
  for (const SurveyedFile& file : entry.files) {
    packer.number(file.has_text ? 1 : 0);
    if (file.has_text) {
      packer.text(file.text);
      continue;
    }
    packer.number(file.mark.inode);
    packer.number(file.mark.bytes);
    packer.signed_number(file.mark.mtime_ns);
    packer.signed_number(file.mark.ctime_ns);
    packer.number(file.mark.settled ? 1 : 0);
  }
  return packer.bytes();
}

void unpack_surveyed(std::string_view text, SurveyedEntry& entry) {
  util::Unpacker unpacker(text);
  entry.kernels.resize(unpacker.number());
  entry.files.resize(unpacker.number());
  for (SurveyedFile& file : entry.files) {
    file.has_text = unpacker.number() != 0;
    if (file.has_text) {
      file.text = unpacker.text();
      continue;
    }
    file.mark.inode = unpacker.number();
    file.mark.bytes = unpacker.number();
    file.mark.mtime_ns = unpacker.signed_number();
    file.mark.ctime_ns = unpacker.signed_number();
    file.mark.settled = unpacker.number() != 0;
  }
}

bool read_surveyed(int directory, const std::string& name, const SurveyedFile& file, const util::Sha256& digest,
                   std::string& bytes) {
  if (file.has_text) {
    bytes = file.text;
    return true;
  }
  util::Fd opened;
  disk::Node before;
  disk::Node after;
  if (disk::open_file_at(directory, name.c_str(), opened, before) != 0) return false;
  if (before.bytes != file.mark.bytes) return false;
  bytes.resize(before.bytes);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(opened.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  if (disk::stat_of(opened.get(), after) != 0) return false;
  // A change that the times may not show is shown by the bytes.
  const bool same = file.mark.settled && same_state(file.mark, mark_of(after, 0));
  return same || util::sha256_of(bytes) == digest;
}

}  // namespace tcm::service
