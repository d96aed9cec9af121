// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/file_digest.hpp"

#include <array>
#include <cerrno>

#include "core/cache/format/file_names.hpp"
#include "core/disk/directory.hpp"
#include "core/util/sha256.hpp"

namespace tcm::cache {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

bool is_same(const model::FileDigest& a, const model::FileDigest& b) {
  return a.inode == b.inode && a.bytes == b.bytes && a.mtime_ns == b.mtime_ns;
}

bool is_run(const model::Record& record, const model::Artifact& artifact) {
  if (record.kind == model::EntryKind::kernel) return artifact.kind == model::ArtifactKind::binary;
  return record.kind == model::EntryKind::module && artifact.kind == model::ArtifactKind::module;
}

}  // namespace

int identify_file(int entry, const std::string& file, model::FileDigest& identity) {
  if (!is_file_name(file)) return EINVAL;
  disk::Node node;
  if (const int error = disk::stat_at(entry, file.c_str(), node); error != 0) return error;
  if (node.type != disk::NodeType::file) return node.type == disk::NodeType::link ? ELOOP : EINVAL;
  identity.file = file;
  identity.bytes = node.bytes;
  identity.inode = node.inode;
  identity.mtime_ns = node.mtime_ns;
  return 0;
}

int digest_file(int entry, const std::string& file, model::FileDigest& digest) {
  thread_local std::array<char, kPiece> buffer;
  thread_local util::Sha256Hasher hasher;
  if (const int error = identify_file(entry, file, digest); error != 0) return error;
  int error = disk::read_file_in_pieces(entry, file.c_str(), digest.bytes, buffer,
                                        [](std::string_view piece) { hasher.add(piece); });
  digest.sha256 = hasher.finish();  // in any case: the next file begins anew
  model::FileDigest after;
  if (error == 0) error = identify_file(entry, file, after);
  if (error != 0) return error == EFBIG ? ESTALE : error;
  return is_same(digest, after) ? 0 : ESTALE;
}

void add_digests(const Root& root, model::Entry& entry) {
  util::Fd directory;
  for (const model::Record& record : entry.records)
    for (const model::Artifact& artifact : record.artifacts) {
      if (!is_run(record, artifact)) continue;
      if (!directory.valid() && disk::open_directory_at(root.descriptor(), entry.key.c_str(), directory) != 0) return;
      model::FileDigest digest;
      if (digest_file(directory.get(), artifact.name, digest) == 0) entry.digests.push_back(std::move(digest));
    }
}

}  // namespace tcm::cache
