// SPDX-License-Identifier: Apache-2.0
// Which files processes of this machine have open or mapped: what a running job still reads is left where it is.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cache/inspect/inspection.hpp"

namespace tcm::cache {

/// One look at /proc. Reading it afterwards is thread-safe.
class UsedFiles {
 public:
  /// Knows of no file in use.
  UsedFiles() = default;

  /// Looks once at every process but this one, by device and inode and not by names, which may be others in a
  /// container. Only what lies on these devices is held. Never fails: a process that this user may not look at is not
  /// seen, which is every one of another user's unless this one is root.
  static UsedFiles look(const std::set<std::uint64_t>& devices);

  /// "in use by pid 4121 (python)" when a process has one of these files open or mapped; empty when none is seen to.
  std::string user_of(const std::vector<InspectedFile>& files) const;

 private:
  friend class ProcessLook;
  struct Id {
    std::uint64_t device;
    std::uint64_t inode;
    bool operator==(const Id&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Id& id) const { return id.inode * 0x9e3779b97f4a7c15ULL + id.device; }
  };
  std::unordered_map<Id, std::size_t, Hash> files_;  // and which of the users has it
  std::vector<std::string> users_;                   // "pid 4121 (python)"
};

}  // namespace tcm::cache
