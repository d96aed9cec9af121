// SPDX-License-Identifier: Apache-2.0
// Two cache directories, entry by entry, as they lie on the disk; no index is asked. Entries are the same when their
// keys are: a key is the digest of all that a kernel was compiled from.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/model/entry.hpp"
#include "core/service/backends.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// How a file of an entry differs.
enum class FileDifference : std::uint8_t { only_a, only_b, content, unreadable };

struct DifferingFile {
  std::string name;
  FileDifference difference = FileDifference::content;
};

enum class KeyDifference : std::uint8_t { only_a, only_b, differs };

/// A key that is not the same on both sides.
struct DifferingEntry {
  KeyDifference difference = KeyDifference::only_a;
  std::string key;
  std::string root;          ///< of A, or of B where only that has it; relative to its cache directory, may be empty
  model::KernelFacts facts;  ///< of the first kernel in it
  model::EntryKind kind = model::EntryKind::empty;
  std::uint64_t bytes = 0;           ///< of A's, or of B's where only that has it
  std::vector<DifferingFile> files;  ///< of `differs`
};

struct CacheDiffTotals {
  std::string a;  ///< canonical paths
  std::string b;
  std::uint64_t entries_a = 0;
  std::uint64_t entries_b = 0;
  std::uint64_t same = 0;
  std::uint64_t only_a = 0;
  std::uint64_t only_b = 0;
  std::uint64_t only_a_bytes = 0;
  std::uint64_t only_b_bytes = 0;
  std::uint64_t differing = 0;
  std::vector<std::string> unread;  ///< what could not be looked at, one line each
};

/// Calls `each` for the keys that differ, in their order. A key that several roots of one side hold is compared with
/// that of the root of the same name, else with the first. Groups name the directory that they were written in, and
/// count as equal where both are there. Memory: the keys of both sides. Errors: missing, denied, failed; interrupted
/// when `stop` became true.
Result<CacheDiffTotals> diff_caches(const std::string& dir_a, const std::string& dir_b, const Backends& backends,
                                    const std::atomic<bool>& stop,
                                    const std::function<void(const DifferingEntry&)>& each);

}  // namespace tcm::service
