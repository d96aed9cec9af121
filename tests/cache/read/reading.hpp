// SPDX-License-Identifier: Apache-2.0
// Short forms for tests that read entries.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "core/cache/read/root.hpp"
#include "tests/support/cache_builder.hpp"

namespace tcm::test {

inline cache::Root open_root(const std::filesystem::path& path) {
  auto root = cache::Root::open(path.string());
  if (!root) throw std::runtime_error(root.error().message);
  return std::move(*root);
}

inline model::Entry read(const std::filesystem::path& entry, const cache::Naming& naming = plugin_naming()) {
  return open_root(entry.parent_path()).read_entry(entry.filename().string(), naming);
}

inline model::Record read_one(const std::filesystem::path& entry, const cache::Naming& naming = plugin_naming()) {
  model::Entry read_entry = read(entry, naming);
  if (read_entry.records.size() != 1) throw std::runtime_error(entry.string() + ": not one record");
  return std::move(read_entry.records.front());
}

inline std::uint64_t total_bytes(const model::Entry& entry) {
  std::uint64_t bytes = 0;
  for (const model::Record& record : entry.records) bytes += model::totals_of(record.artifacts).total();
  return bytes;
}

/// The artifact of that name; one with an empty name when there is none.
inline model::Artifact artifact(const model::Record& record, const std::string& name) {
  for (const model::Artifact& item : record.artifacts)
    if (item.name == name) return item;
  return {};
}

}  // namespace tcm::test
