// SPDX-License-Identifier: Apache-2.0
// The processes of this machine, as far as this user may look: variables of their environments and files that they
// mapped. An environment is that of the start of a process; what it set itself later nobody sees.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcm::util {

struct Process {
  int id = 0;
  std::uint32_t user = 0;
  std::string command;                                         ///< as the kernel calls it, at most 15 bytes
  std::vector<std::pair<std::string, std::string>> variables;  ///< those that were asked for, with their values
  std::vector<std::string> mapped;  ///< paths of mapped files that were asked for, each once, at most 16
  bool same_mounts = true;          ///< its paths mean what ours mean: it is not in a container of its own
};

struct ProcessQuery {
  std::string proc = "/proc";                                ///< where procfs is mounted
  std::vector<std::string> variables;                        ///< names
  std::function<bool(std::string_view path)> wants_mapping;  ///< of a mapped file; null: none is looked at
};

struct ProcessList {
  std::vector<Process> processes;  ///< those with at least one of the variables or mappings, by id
  std::uint64_t hidden = 0;        ///< processes of others, whose environments this user may not read
};

/// Reads bounded parts of bounded many processes: a MiB of an environment, 8 MiB of mappings, 65,536 processes. This
/// process itself is left out. One thread.
ProcessList list_processes(const ProcessQuery& query);

}  // namespace tcm::util
