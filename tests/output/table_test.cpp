// SPDX-License-Identifier: Apache-2.0
#include "cli/output/table.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The columns of a list of kernels.
std::vector<Column> kernel_columns() {
  return {{.id = "key", .header = "Key", .drop_priority = 9},
          {.id = "name", .header = "Name", .flexible = true},
          {.id = "backend", .header = "Backend", .drop_priority = 6},
          {.id = "arch", .header = "Arch", .drop_priority = 5},
          {.id = "version", .header = "Version", .drop_priority = 4},
          {.id = "warps", .header = "Warps", .align = Align::right, .drop_priority = 3},
          {.id = "stages", .header = "Stages", .align = Align::right, .drop_priority = 2},
          {.id = "size", .header = "Size", .align = Align::right},
          {.id = "dir", .header = "Dir", .drop_priority = 1}};
}

const std::string kLongName = "triton_red_fused__to_copy_add_clone_copy_index_put_mul_native_layer_norm_view_12";

/// Where generated names differ.
std::string end_of(const std::string& name, std::size_t length) { return name.substr(name.size() - length); }

std::vector<std::string> kernel_row(const std::string& name) {
  return {"NK47D24P", name, "backend_x", "90", "3.6.0", "4", "3", "12.4 MiB", "/home/someone/.triton/cache"};
}

Terminal of_width(std::size_t width) { return {.is_tty = true, .color = false, .cursor = true, .width = width}; }

std::string printed(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                    const Terminal& terminal, std::size_t buffered = Table::kBufferedRows) {
  std::string text;
  Sink sink(text);
  Table table(sink, columns, terminal, buffered);
  for (const auto& row : rows) table.add_row(row);
  table.finish();
  EXPECT_EQ(table.rows(), rows.size());
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : util::split(text, '\n')) lines.emplace_back(line);
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  return lines;
}

TEST(Table, AlignsColumnsWithTwoBlanks) {
  EXPECT_EQ(printed({{.id = "n", .header = "name"},
                     {.id = "s", .header = "size", .align = Align::right},
                     {.id = "a", .header = "age"}},
                    {{"a", "1 B", "3d"}, {"kernel", "12.4 MiB", ""}, {"漢字", "", "1y"}}, of_width(80)),
            "NAME        SIZE  AGE\n"
            "a            1 B  3d\n"
            "kernel  12.4 MiB\n"
            "漢字              1y\n");
}

TEST(Table, WithoutRowsPrintsNothing) { EXPECT_EQ(printed(kernel_columns(), {}, of_width(80)), ""); }

TEST(Table, HeaderIsBoldOnlyWithColour) {
  Terminal terminal = of_width(80);
  terminal.color = true;
  EXPECT_EQ(printed({{.id = "n", .header = "name"}}, {{"a"}}, terminal), "\x1b[1mNAME\x1b[0m\na\n");
}

TEST(Table, ShortRowsAreFilledAndLongOnesCut) {
  EXPECT_EQ(printed({{.id = "a", .header = "a"}, {.id = "b", .header = "b"}}, {{"1"}, {"1", "2", "3"}}, of_width(80)),
            "A  B\n1\n1  2\n");
}

// At 80 columns an earlier table gave NAME no width at all.
TEST(Table, NameAndSizeSurviveEveryWidth) {
  for (std::size_t width = 20; width <= 200; ++width) {
    const std::string text = printed(kernel_columns(), {kernel_row(kLongName), kernel_row("matmul")}, of_width(width));
    const std::vector<std::string> lines = lines_of(text);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[0], HasSubstr("NAME"));
    EXPECT_THAT(lines[0], HasSubstr("SIZE"));
    EXPECT_THAT(lines[1], HasSubstr(kLongName.substr(0, 5)));
    EXPECT_THAT(lines[1], HasSubstr(end_of(kLongName, 6)));
    EXPECT_THAT(lines[1], HasSubstr("12.4 MiB"));
    EXPECT_THAT(lines[2], HasSubstr("matmul"));
    for (const std::string& line : lines) {
      EXPECT_FALSE(line.ends_with(' '));
      if (width >= 22) {
        EXPECT_LE(util::display_width(line), width) << line;
      }
    }
  }
}

TEST(Table, At80ColumnsTheNameIsReadable) {
  const std::vector<std::string> lines = lines_of(printed(kernel_columns(), {kernel_row(kLongName)}, of_width(80)));
  EXPECT_THAT(lines[1], HasSubstr(kLongName.substr(0, 15)));
  EXPECT_THAT(lines[1], HasSubstr(end_of(kLongName, 16)));
  EXPECT_THAT(lines[0], HasSubstr("BACKEND"));
  EXPECT_THAT(lines[0], HasSubstr("ARCH"));
  EXPECT_THAT(lines[0], Not(HasSubstr("DIR")));
  EXPECT_THAT(lines[0], Not(HasSubstr("STAGES")));
}

TEST(Table, At40ColumnsTheNameIsStillThere) {
  const std::vector<std::string> lines = lines_of(printed(kernel_columns(), {kernel_row(kLongName)}, of_width(40)));
  EXPECT_EQ(lines[0], "NAME                                SIZE");
  EXPECT_EQ(lines[1], kLongName.substr(0, 14) + "…" + end_of(kLongName, 15) + "  12.4 MiB");
}

// `list | grep name` has to find a name however long, so a pipe is not taken for 80 columns.
TEST(Table, APipeCutsNothing) {
  const std::string text = printed(kernel_columns(), {kernel_row(kLongName), kernel_row("x")}, Terminal{});
  EXPECT_THAT(text, HasSubstr(kLongName));
  EXPECT_THAT(text, HasSubstr("/home/someone/.triton/cache"));
  EXPECT_THAT(text, Not(HasSubstr("…")));
  EXPECT_THAT(text, StartsWith("KEY       NAME"));
}

TEST(Table, ColumnsGoInTheDeclaredOrder) {
  const std::vector<std::string> order{"DIR", "STAGES", "WARPS", "VERSION", "ARCH", "BACKEND", "KEY"};
  std::size_t gone = 0;
  for (std::size_t width = 200; width >= 20; --width) {
    const std::string header = lines_of(printed(kernel_columns(), {kernel_row("matmul_kernel")}, of_width(width)))[0];
    while (gone < order.size() && header.find(order[gone]) == std::string::npos) ++gone;
    for (std::size_t i = gone; i < order.size(); ++i) EXPECT_THAT(header, HasSubstr(order[i])) << width;
    for (std::size_t i = 0; i < gone; ++i) EXPECT_THAT(header, Not(HasSubstr(order[i]))) << width;
  }
  EXPECT_EQ(gone, order.size());
}

TEST(Table, WhenEverythingFitsNothingIsDropped) {
  const std::string wide = printed(kernel_columns(), {kernel_row("matmul")}, Terminal{});
  const std::size_t needed = util::display_width(lines_of(wide)[1]);
  EXPECT_EQ(printed(kernel_columns(), {kernel_row("matmul")}, of_width(needed)), wide);
  EXPECT_NE(printed(kernel_columns(), {kernel_row("matmul")}, of_width(needed - 1)), wide);
}

// A path may hold what some libraries take for markup.
TEST(Table, ShowsHostileCellsAsTheyAre) {
  const std::string text =
      printed(kernel_columns(), {kernel_row("[red]x"), kernel_row("\x1b[31mevil\nrow\xff")}, of_width(200));
  EXPECT_THAT(text, HasSubstr("[red]x"));
  EXPECT_THAT(text, HasSubstr("\\x1b[31mevil\\x0arow\\xff"));
  EXPECT_EQ(lines_of(text).size(), 3U);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Table, WideCharactersKeepTheColumnsStraight) {
  const std::vector<std::string> lines =
      lines_of(printed(kernel_columns(), {kernel_row("漢字漢字漢字漢字漢字漢字"), kernel_row("plain")}, of_width(40)));
  const auto columns_before_size = [](const std::string& line) {
    return util::display_width(line.substr(0, line.find("12.4 MiB")));
  };
  EXPECT_THAT(lines[1], HasSubstr("漢字漢字"));
  EXPECT_EQ(columns_before_size(lines[1]), columns_before_size(lines[2]));
  EXPECT_EQ(util::display_width(lines[1]), util::display_width(lines[2]));
}

TEST(Table, AfterTheFirstRowsTheWidthsStand) {
  const std::vector<Column> columns{{.id = "n", .header = "name", .flexible = true},
                                    {.id = "s", .header = "size", .align = Align::right}};
  const std::vector<std::vector<std::string>> rows{
      {"first", "1 B"}, {"second", "22 B"}, {"much longer than the others", "333.3 MiB"}};
  EXPECT_EQ(printed(columns, rows, of_width(40), 2),
            "NAME    SIZE\n"
            "first    1 B\n"
            "second  22 B\n"
            "mu…ers  333.3 MiB\n");
  EXPECT_THAT(printed(columns, rows, Terminal{}, 2), HasSubstr("much longer than the others  333.3 MiB\n"));
}

TEST(Table, RowsComeOutBeforeTheEndOnceWidthsAreKnown) {
  std::string text;
  Sink sink(text);
  Table table(sink, {{.id = "n", .header = "name"}}, of_width(80), 2);
  table.add_row({"a"});
  EXPECT_EQ(text, "");
  table.add_row({"b"});
  table.add_row({"c"});
  EXPECT_EQ(text, "NAME\na\nb\nc\n");
  table.finish();
  EXPECT_EQ(text, "NAME\na\nb\nc\n");
}

// A reason is never cut: where the line is too narrow it stands below.
TEST(Table, WhatMayGoBelowIsNeverCut) {
  const std::vector<Column> columns{{.id = "key", .header = "key"},
                                    {.id = "name", .header = "name", .flexible = true},
                                    {.id = "used", .header = "used", .align = Align::right},
                                    {.id = "reason", .header = "reason", .may_go_below = true}};
  const std::vector<std::vector<std::string>> rows{{"NK47D24P", kLongName, "9d", "least recently used, 9d ago"}};
  for (std::size_t width = 32; width <= 200; ++width) {
    const std::string text = printed(columns, rows, of_width(width));
    EXPECT_THAT(text, HasSubstr("9d"));
    EXPECT_THAT(text, HasSubstr(width < 48 ? "least recently" : "least recently used, 9d ago")) << text;
    for (const std::string& line : lines_of(text)) EXPECT_LE(util::display_width(line), width) << line;
  }
  EXPECT_EQ(printed(columns, rows, of_width(44)),
            "KEY       NAME                          USED\n"
            "NK47D24P  triton_red_fu…r_norm_view_12    9d\n"
            "    least recently used, 9d ago\n");
}

TEST(FitColumns, SeveralFlexibleColumnsShareTheLoss) {
  const std::vector<Column> columns{{.id = "a", .header = "a", .flexible = true},
                                    {.id = "b", .header = "b", .flexible = true}};
  const std::vector<ColumnFit> fit = fit_columns(columns, {100, 100}, 42);
  EXPECT_EQ(fit[0].width, 20U);
  EXPECT_EQ(fit[1].width, 20U);
  const std::vector<ColumnFit> uneven = fit_columns(columns, {100, 10}, 42);
  EXPECT_EQ(uneven[0].width, 30U);
  EXPECT_EQ(uneven[1].width, 10U);
}

}  // namespace
}  // namespace tcm::cli
