// SPDX-License-Identifier: Apache-2.0
// An entry as it is carried to another place: which of its files, and what its groups and metadata say there. Nothing
// is changed where it lies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/cache/inspect/hit_check.hpp"
#include "core/cache/read/naming.hpp"
#include "core/cache/read/root.hpp"
#include "core/model/change.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

struct CarryOptions {
  Naming naming;        ///< borrowed, as for Root
  model::KindSet drop;  ///< these kinds of artifacts stay behind, as far as a kernel runs without them
  std::string place;    ///< the root where the entry goes, as groups are to name it: absolute
  /// By target, the fields of the metadata that hold a path into the cache.
  std::map<std::string, std::vector<std::string>, std::less<>> path_fields;
  bool look_into = true;     ///< binaries and texts are read, and what a hit would fail on is not carried
  bool look_later = false;   ///< … by the caller, who reads every file anyway: see CarriedFile::read_by
  BinaryCheck binary_check;  ///< of these; empty: no binary is looked at
};

struct CarriedFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::optional<std::string> text;  ///< the new text, if it differs from the source's
  /// Of `look_later`: the kernel whose hit reads it, in CarriedEntry::records; find_damage_in() tells whether it can.
  std::optional<std::size_t> read_by{};
};

/// What an image says of a kernel.
struct CarriedKernel {
  std::string hash;  ///< as the metadata says it; empty: it does not
  std::string backend;
  std::string arch;
  std::string triton_version;
  std::optional<std::int64_t> num_warps;
  std::optional<std::int64_t> num_stages;
  std::optional<std::int64_t> warp_size;
};

struct CarriedEntry {
  std::string key;
  model::EntryStamp stamp;  ///< as it was read
  model::EntryKind kind = model::EntryKind::kernel;
  model::KernelFacts facts;  ///< of its first kernel; without metadata
  std::vector<CarriedKernel> kernels;
  std::vector<CarriedFile> files;      ///< in the order of their names
  std::vector<model::Record> records;  ///< of `look_later`: what was read of it
};

struct NotCarried {
  bool fault = false;  ///< it is an entry that jobs use, or would; else nothing is lost with it
  std::string reason;  ///< one line, safe to print
  bool empty = false;  ///< nothing is in it, as a look-up leaves that never became a compile
};

/// Looks at an entry. Kernels, helper modules and stored tunings are carried. Thread-safe.
tl::expected<CarriedEntry, NotCarried> carried_entry(const Root& root, const std::string& key,
                                                     const CarryOptions& options);

}  // namespace tcm::cache
