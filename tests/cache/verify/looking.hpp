// SPDX-License-Identifier: Apache-2.0
// Short forms for tests that look kernels up.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/cache/verify/lookup.hpp"
#include "core/disk/directory.hpp"
#include "tests/cache/read/reading.hpp"

namespace tcm::test {

inline std::vector<cache::KernelOnDisk> kernels_of(const std::filesystem::path& entry) {
  const cache::Root root = open_root(entry.parent_path());
  util::Fd directory;
  if (disk::open_directory_at(root.descriptor(), entry.filename().c_str(), directory) != 0)
    throw std::runtime_error(entry.string());
  cache::EntryFiles files;
  cache::list_entry(directory.get(), files);
  cache::size_files(directory.get(), files);
  return cache::read_kernels(directory.get(), entry.filename().string(), files, plugin_file_types());
}

inline cache::KernelOnDisk kernel_of(const std::filesystem::path& entry) {
  auto kernels = kernels_of(entry);
  if (kernels.size() != 1) throw std::runtime_error(entry.string() + ": not one kernel");
  return std::move(kernels.front());
}

/// As a process of that release sees it; "own": of the kernel's own.
inline cache::Viewpoint seen_by(const std::filesystem::path& entry, const std::string& release) {
  cache::Viewpoint viewpoint;
  viewpoint.roots = {entry.parent_path().string()};
  if (release != "own") viewpoint.release = cache::parse_release(release);
  return viewpoint;
}

/// "crash-at-start group-unreadable", or "hit".
inline std::string looked_up(const std::filesystem::path& entry, const std::string& release = "own") {
  const cache::Lookup lookup = cache::look_up(kernel_of(entry), seen_by(entry, release));
  std::string text(cache::to_string(lookup.outcome));
  if (lookup.why) (text += ' ') += cache::to_string(*lookup.why);
  return text;
}

/// The ids of the findings, joined by blanks.
inline std::string checked(const std::filesystem::path& entry, const cache::Viewpoint& viewpoint) {
  std::string text;
  for (const cache::KernelOnDisk& kernel : kernels_of(entry))
    for (const cache::Finding& finding : cache::check_kernel(kernel, viewpoint))
      (text += text.empty() ? "" : " ") += cache::to_string(finding.id);
  return text;
}
inline std::string checked(const std::filesystem::path& entry, const std::string& release = "own") {
  return checked(entry, seen_by(entry, release));
}

}  // namespace tcm::test
