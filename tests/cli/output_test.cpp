// SPDX-License-Identifier: Apache-2.0
// What a user sees at a terminal and in a pipe.
#include <boost/json.hpp>

#include "core/util/text/text.hpp"
#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

class OutputOf : public CliTest {
 protected:
  void make_named(const std::string& name, std::uint64_t seed = 1) {
    KernelSpec spec;
    spec.name = name;
    spec.seed = seed;
    add_kernel(cache(), spec);
  }
};

// At 80 to 120 columns an earlier table gave the name no width at all.
TEST_F(OutputOf, NameAndSizeNeverVanishAndLinesFitTheTerminal) {
  make_named("triton_per_fused_add_native_layer_norm_native_layer_norm_backward_view_11");
  tcm({"index"});
  for (const int width : {40, 60, 80, 100, 120, 200}) {
    environment_["NO_COLOR"] = "1";
    const auto lines = lines_of(tcm_on_terminal(width, {"list"}).out);
    ASSERT_GE(lines.size(), 2U) << width;
    EXPECT_THAT(lines.at(0), AllOf(HasSubstr("KEY"), HasSubstr("NAME"), HasSubstr("SIZE"))) << width;
    EXPECT_THAT(lines.at(1), AllOf(HasSubstr("triton_pe"), HasSubstr("d_view_11"), HasSubstr("KiB"))) << width;
    EXPECT_LE(lines.at(0).size(), static_cast<std::size_t>(width));
    EXPECT_LE(lines.at(1).size(), static_cast<std::size_t>(width) + 2) << "an ellipsis is three bytes";
  }
}

TEST_F(OutputOf, APipeTruncatesNothing) {
  const std::string name(150, 'n');
  make_named(name);
  tcm({"index"});
  EXPECT_THAT(tcm({"list"}).out, AllOf(HasSubstr(name), HasSubstr(make_key(1)), HasSubstr(cache().string())));
}

// What a program reads on stdout must not be mixed with what people are told.
TEST_F(OutputOf, DataGoesToStdoutAndEverythingElseToStderr) {
  add_kernels(cache(), 3);
  tcm({"index"});
  const ProgramResult list = tcm({"list"});
  EXPECT_EQ(lines_of(list.out).size(), 4U) << "a header and three rows";
  EXPECT_THAT(list.err, HasSubstr("3 listed"));
  EXPECT_EQ(tcm({"list", "--json"}).err, "");
  EXPECT_EQ(tcm({"list", "-n", "none"}).out, "");
}

TEST_F(OutputOf, ColourIsForTerminalsAndNeverWithNoColor) {
  add_kernels(cache(), 1);
  tcm({"index"});
  EXPECT_THAT(tcm_on_terminal(100, {"list"}).out, HasSubstr("\x1b["));
  EXPECT_THAT(tcm({"list"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(tcm({"list", "--color", "always"}).out, HasSubstr("\x1b["));
  environment_["NO_COLOR"] = "1";
  EXPECT_THAT(tcm_on_terminal(100, {"list"}).out, Not(HasSubstr("\x1b[1m")));
  environment_.erase("NO_COLOR");
  environment_["TERM"] = "dumb";
  EXPECT_THAT(tcm_on_terminal(100, {"list"}).out, Not(HasSubstr("\x1b")));
}

// A name may hold markup, control characters and bytes that are not UTF-8.
TEST_F(OutputOf, NamesFromTheCacheAreDataAndNeverReachTheTerminalRaw) {
  add_entry(cache(), "[red]x\x1b[2Jy\xff", {{"a\nb.txt", "1"}});
  make_named("evil\x1b]0;title\aname");
  tcm({"index"});
  for (const ProgramResult& result :
       {tcm_on_terminal(200, {"list", "--kind", "all"}), tcm({"list", "--kind", "all", "-o", "wide"}),
        tcm_on_terminal(200, {"list", "--kind", "all", "-q"})}) {
    EXPECT_THAT(result.out, AllOf(Not(HasSubstr("\x1b[2J")), Not(HasSubstr("\x1b]0")), HasSubstr("\\x1b")))
        << result.out;
    EXPECT_THAT(result.out, HasSubstr("[red]x"));
  }
  boost::system::error_code error;
  boost::json::parse(tcm({"list", "--kind", "all", "--json"}).out, error);
  EXPECT_FALSE(error) << "whatever the names are, JSON is JSON";
}

TEST_F(OutputOf, EveryFormatHasItsShape) {
  add_kernels(cache(), 3);
  tcm({"index"});
  const auto csv = lines_of(tcm({"list", "-o", "csv"}).out);
  EXPECT_EQ(csv.size(), 4U);
  EXPECT_THAT(csv.at(0), testing::StartsWith("key,name,kind,backend,arch"));
  const auto jsonl = lines_of(tcm({"list", "-o", "jsonl"}).out);
  ASSERT_EQ(jsonl.size(), 3U);
  for (const std::string& line : jsonl) EXPECT_EQ(boost::json::parse(line).at("name"), "add_kernel");
  EXPECT_EQ(lines_of(tcm({"list", "-o", "ids"}).out).at(0).size(), 52U);
  EXPECT_THAT(tcm({"list", "-o", "wide"}).out, HasSubstr("FIRST_SEEN"));
  EXPECT_EQ(lines_of(tcm({"list", "--columns", "size,name", "-o", "csv"}).out).at(0), "size,name");
  EXPECT_EQ(json({"list", "--json", "-n", "none"}).at("kernels").as_array().size(), 0U);
}

// A program needs exact numbers and one zone; people want units and their own.
TEST_F(OutputOf, MachinesGetBytesAndUtcAndPeopleUnitsAndZones) {
  KernelSpec spec;
  add_kernel(cache(), spec);
  set_time(cache() / make_key(1), 1'700'000'000'123'456'789);
  tcm({"index"});
  const auto kernel = json({"list", "--json"}).at("kernels").at(0);
  EXPECT_EQ(kernel.at("modified"), "2023-11-14T22:13:20.123456789Z");
  EXPECT_EQ(kernel.at("total_bytes").to_number<std::uint64_t>(), bytes_below(cache()));
  environment_["TZ"] = "Asia/Kolkata";
  EXPECT_THAT(tcm({"show", make_key(1)}).out,
              AllOf(HasSubstr("2023-11-15 03:43:20 +0530"), HasSubstr(" KiB in 8 files")));
}

TEST_F(OutputOf, AReaderThatLeavesEndsTheListQuietly) {
  add_kernels(cache(), 300);
  tcm({"index"});
  ProgramRun run;
  run.environment = environment_;
  run.arguments = {"-c", "'" TCM_PROGRAM
                         "'"
                         " list --json | head -1"};
  const ProgramResult result = run_program("/bin/sh", run);
  EXPECT_EQ(result.out, "{\n");
  EXPECT_EQ(result.err, "");
}

// Also for `set -o pipefail`: head got all that it wanted.
TEST_F(OutputOf, AReaderThatLeavesIsNoFailureAndIsToldNothing) {
  add_kernels(cache(), 1000);  // more than a pipe holds
  tcm({"index"});
  ProgramRun run;
  run.environment = environment_;
  for (const char* command :
       {"list", "list -o csv", "list -q --sort name", "list --json", "stats --by name --top 1000"}) {
    run.arguments = {"-c", std::string("set -o pipefail; '" TCM_PROGRAM "' ") + command + " | head -1"};
    const ProgramResult result = run_program("/bin/bash", run);
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_EQ(result.err, "") << command;
  }
}

// The names of inductor differ least at the front.
TEST_F(OutputOf, APlanKeepsItsReasonsAndTheLastUseAtEveryWidth) {
  const std::string front = "triton_per_fused_add_native_layer_norm_native_layer_norm_backward_";
  for (std::uint64_t i = 1; i <= 5; ++i) make_named(front + "view_" + std::to_string(i), i);
  tcm({"index"});
  environment_["NO_COLOR"] = "1";
  for (const int width : {40, 60, 80, 200}) {
    const auto lines =
        lines_of(tcm_on_terminal(width, {"prune", "--full", "--glob", "triton_*", "--grace", "0s", "--dry-run"}).out);
    std::size_t reasons = 0;
    std::size_t ends = 0;
    for (const std::string& line : lines) {
      reasons += line.find("matches the filters") != std::string::npos ? 1 : 0;
      ends += line.find("view_") != std::string::npos ? 1 : 0;
      // A path is not broken.
      if (line.starts_with("  in ")) continue;
      EXPECT_LE(util::display_width(line), static_cast<std::size_t>(width)) << line;
    }
    EXPECT_EQ(reasons, 5U) << width;
    EXPECT_GE(ends, 5U) << width;
    EXPECT_THAT(lines, testing::Contains(AllOf(testing::StartsWith("KEY"), HasSubstr("USED"))));
  }
}

TEST_F(OutputOf, TheLineBelowAListFits80Columns) {
  add_kernels(cache(), 1200);
  tcm({"index"});
  const auto lines = lines_of(tcm({"list", "--limit", "8"}).err);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], testing::StartsWith("8 of more than 1,000 listed, "));
  EXPECT_THAT(lines[0], HasSubstr("; index: 1,200 kernels, "));
  EXPECT_LE(lines[0].size(), 80U);
}

TEST_F(OutputOf, MetadataIsIndentedForPeopleAndOneLineInAPipe) {
  add_kernels(cache(), 1);
  tcm({"index"});
  EXPECT_THAT(tcm_on_terminal(80, {"show", make_key(1)}).out, HasSubstr("\n  \"num_warps\": "));
  EXPECT_THAT(tcm({"show", make_key(1)}).out, HasSubstr("\"num_warps\":"));
}

}  // namespace
}  // namespace tcm::test
