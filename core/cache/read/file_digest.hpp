// SPDX-License-Identifier: Apache-2.0
// Digests of files of entries.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"
#include "core/model/digest.hpp"

namespace tcm::cache {

/// Computes the digest of a file directly in an entry, in pieces: its size does not matter. `entry` is the entry's
/// directory. Returns 0 or an errno: ESTALE when the file changed meanwhile; EINVAL when it is not a regular file or
/// `file` is not a file name; ELOOP for a symbolic link. Thread-safe.
int digest_file(int entry, const std::string& file, model::FileDigest& digest);

/// The same without its bytes: which file it is.
int identify_file(int entry, const std::string& file, model::FileDigest& identity);

/// Computes the digests of what a process runs of an entry, its binaries and helper modules, into entry.digests. What
/// cannot be read, or changes meanwhile, is left out. Thread-safe.
void add_digests(const Root& root, model::Entry& entry);

}  // namespace tcm::cache
