// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/plugins/plugin_under_test.hpp"

// The binaries that tests/data keeps packed, and what the vendors' tools say of them.
namespace tcm::plugin_test {

// One line of a table of resources: column -> value; "" where the tool has no figure.
using Row = std::map<std::string, std::string>;

// What differs between the vendors.
struct Vendor {
  const char* table;      // file name of the tables
  const char* extension;  // of its binaries
  const char* target;
  const PluginUnderTest& (*plugin)();
  std::vector<std::pair<std::string, std::string>> columns;  // column of the table -> attribute
};
const Vendor& cuda();
const Vendor& rocm();

// `archive`, where there is a table: "binaries-3.6" (all of a Triton 3.6 cache) or "architectures" (small kernels for
// many architectures).
std::vector<Row> read_table(const std::string& archive, const Vendor& vendor);
// The same of any table of comma-separated values.
std::vector<Row> read_rows(const std::string& archive, const std::string& table);
std::string read_sample(const std::string& archive, const std::string& file);
std::string read_sample(const std::string& path);
// The architecture in a row, or the one that the binary's own probe gives where the table has no such column.
std::string arch_of(const Row& row, const Vendor& vendor, const std::string& bytes);

}  // namespace tcm::plugin_test
