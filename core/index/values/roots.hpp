// SPDX-License-Identifier: Apache-2.0
// Hosts, their roots and cache directories, as the index knows them.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/entry.hpp"

namespace tcm::index {

/// Whose roots a question is about.
enum class Hosts : std::uint8_t { own, all };

/// A machine. Its identity is its machine-id, so that its name may change; without one, its name.
struct HostName {
  std::string name;
  std::string machine_id;
};

/// A root as the index knows it, with sums over its records as of the last finished run.
struct RootRow {
  std::int64_t id = 0;
  model::RootLocation location;
  std::int64_t first_seen_ns = 0;
  std::int64_t indexed_ns = 0;  ///< end of the last finished run; 0: never finished
  std::int64_t absent_ns = 0;   ///< since when runs of the index have not found it; 0: it was there
  std::int64_t entries = 0;
  std::int64_t kernels = 0;
  std::int64_t files = 0;         ///< of records
  std::int64_t bytes = 0;         ///< of records
  model::OtherFiles other_files;  ///< loose files in the root itself
  std::string plugins;            ///< the backends of the last finished run, see set_plugins()
  std::string host;               ///< name; empty when no host was ever named
  model::DirectoryPlace place;
};

/// Sums over the roots of all hosts.
struct RootSums {
  std::int64_t kernels = 0;
  std::int64_t bytes = 0;
};

/// Which backend serves a target: what Record::probed_by would say now.
struct ServedTarget {
  std::string backend;
  std::string probed_by;
};

/// A cache directory, with what lies in it outside all roots.
struct CacheDirRow {
  std::string path;
  model::Layout layout = model::Layout::triton;
  model::OtherFiles other_files;
  std::string host{};  ///< name; not read by put_cache_dir()
};

}  // namespace tcm::index
