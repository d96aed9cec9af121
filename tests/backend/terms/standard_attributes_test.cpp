// SPDX-License-Identifier: Apache-2.0
// The list of standard keys against the table that authors of backends read.
#include "core/backend/terms/standard_attributes.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::backend {
namespace {

struct Documented {
  std::string type;
  std::string unit;
  bool operator==(const Documented&) const = default;
};

/// The rows of "## Standard keys": | `key` | type | unit | what |
std::map<std::string, Documented> documented() {
  std::istringstream lines(test::read_file(test::data_dir() / "../../docs/plugin-abi.md"));
  std::map<std::string, Documented> rows;
  bool in_table = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) in_table = line == "## Standard keys";
    if (!in_table || !line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) {
      const auto first = cell.find_first_not_of(" `");
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(" `") - first + 1));
    }
    rows[cells.at(1)] = {cells.at(2), cells.at(3)};
  }
  return rows;
}

TEST(StandardAttributes, TheDocumentSaysTheSame) {
  std::map<std::string, Documented> listed;
  for (const StandardAttribute& attribute : standard_attributes())
    listed[std::string(attribute.key)] = {attribute.type == AttributeType::text ? "text" : "unsigned",
                                          std::string(attribute.unit)};
  EXPECT_EQ(listed, documented());
}

TEST(StandardAttributes, AreFoundByKey) {
  ASSERT_TRUE(find_standard_attribute("max_threads"));
  EXPECT_EQ(find_standard_attribute("max_threads")->unit, "threads");
  EXPECT_FALSE(find_standard_attribute("x.acme.threads"));
  EXPECT_FALSE(is_standard_attribute(""));
}

}  // namespace
}  // namespace tcm::backend
