// SPDX-License-Identifier: Apache-2.0
#include "cli/output/csv.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/output/streams.hpp"

namespace tcm::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string write(const Rows& rows) {
  std::string text;
  Sink sink(text);
  CsvWriter csv(sink, rows.at(0));
  for (std::size_t i = 1; i < rows.size(); ++i) csv.row(rows[i]);
  EXPECT_TRUE(sink.finish());
  return text;
}

/// Reads by RFC 4180, independently of the writer.
Rows read(const std::string& text) {
  Rows rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cell += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      row.push_back(std::exchange(cell, {}));
      if (c == '\n') rows.push_back(std::exchange(row, {}));
    } else {
      cell += c;
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_TRUE(cell.empty() && row.empty()) << "the last line has no end";
  return rows;
}

TEST(Csv, WritesPlainCellsPlainly) {
  EXPECT_EQ(write({{"key", "name"}, {"NK47", "_fwd_kernel"}}), "key,name\nNK47,_fwd_kernel\n");
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(write({{"a", "b"}, {"x,y", "say \"hi\""}, {"two\nlines", ""}}),
            "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\n");
}

TEST(Csv, ReadsBackAsItWas) {
  const Rows rows{{"key", "name", "size"},     {"", "", ""},
                  {",", "\"", "\"\""},         {"\r\n", "\n", "a\"b,c\nd"},
                  {" lead", "trail ", "=1+1"}, {"größe 漢字", "\xff\xfe", std::string("\0\x1b", 2)}};
  EXPECT_EQ(read(write(rows)), rows);
}

TEST(Csv, ALoneEmptyCellIsNoEmptyLine) { EXPECT_EQ(write({{"name"}, {""}}), "name\n\"\"\n"); }

TEST(Csv, EscapesControlsOnATerminalOnly) {
  const testing::PseudoTerminal terminal;
  Sink sink(terminal.get());
  const std::vector<std::string> cells{"a\x1b[2J"};
  CsvWriter csv(sink, cells);
  EXPECT_TRUE(sink.finish());
  EXPECT_EQ(terminal.read(100), "a\\x1b[2J\r\n");
}

}  // namespace
}  // namespace tcm::cli
