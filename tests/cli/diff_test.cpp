// SPDX-License-Identifier: Apache-2.0
// What users look at in two kernels, in two caches, and in one file of a kernel.
#include <fstream>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class CompareCommands : public CliTest {
 protected:
  CompareCommands() {
    KernelSpec old;
    old.seed = 1;
    old.age = std::chrono::hours(5);
    first_ = add_kernel(cache(), old);
    KernelSpec next;
    next.seed = 2;
    next.set = {{"/num_warps", "8"}};
    second_ = add_kernel(cache(), next);
    std::ofstream(second_ / "add_kernel.ttgir", std::ios::app) << "// more\x1b[2J\n";
    EXPECT_EQ(tcm({"index"}).exit_code, 0);
  }

  std::filesystem::path first_;
  std::filesystem::path second_;
};

TEST_F(CompareCommands, ShowFilePrintsItsBytesInAPipe) {
  EXPECT_EQ(tcm({"show", make_key(1), "--file", "ttgir"}).out, read_file(first_ / "add_kernel.ttgir"));
  EXPECT_EQ(tcm({"show", make_key(1), "--file", "binary"}).out, read_file(first_ / "add_kernel.cubin"));
  EXPECT_EQ(tcm({"show", make_key(2), "--file", "ttgir"}).out, read_file(second_ / "add_kernel.ttgir"));
}

TEST_F(CompareCommands, ShowFileIsEscapedOnATerminalWhichGetsNoBinary) {
  const ProgramResult shown = tcm_on_terminal(80, {"show", make_key(2), "--file", "ttgir"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("// more\\x1b[2J"), Not(HasSubstr("\x1b[2J"))));
  const ProgramResult binary = tcm_on_terminal(80, {"show", make_key(2), "--file", "binary"});
  EXPECT_EQ(binary.exit_code, 2);
  EXPECT_THAT(binary.out, HasSubstr("not a text"));
}

TEST_F(CompareCommands, ShowPathNamesTheEntryAndTheFile) {
  EXPECT_EQ(tcm({"show", make_key(1), "--path"}).out, first_.string() + "\n");
  EXPECT_EQ(tcm({"show", make_key(1), "--path", "--file", "ttir"}).out, (first_ / "add_kernel.ttir").string() + "\n");
}

TEST_F(CompareCommands, AFileThatTheEntryLacksIsNamedWithThoseItHas) {
  const ProgramResult none = tcm({"show", make_key(1), "--file", "spirv"});
  EXPECT_EQ(none.exit_code, 6);
  EXPECT_THAT(none.err, AllOf(HasSubstr("'spirv'"), HasSubstr("ttgir")));
  EXPECT_EQ(tcm({"show", make_key(1), "--file", "ir"}).exit_code, 2);
  EXPECT_EQ(tcm({"show", make_key(1), "--file", ""}).exit_code, 2);
  EXPECT_EQ(tcm({"show", make_key(1), "--file", "ttir", "--json"}).exit_code, 2);
  std::filesystem::remove(first_ / "add_kernel.ttir");
  const ProgramResult gone = tcm({"show", make_key(1), "--file", "ttir"});
  EXPECT_NE(gone.exit_code, 0);
  EXPECT_THAT(gone.err, HasSubstr((first_ / "add_kernel.ttir").string()));
}

TEST_F(CompareCommands, DiffShowsWhatDiffersSideBySide) {
  const ProgramResult diff = tcm({"diff", make_key(1), make_key(2)});
  EXPECT_EQ(diff.exit_code, 0) << diff.err;
  EXPECT_THAT(diff.out, AllOf(HasSubstr("A  " + first_.string()), HasSubstr("B  " + second_.string())));
  EXPECT_THAT(diff.out, testing::ContainsRegex("warps +4 +8 +\\+4 \\(\\+100%\\)"));
  EXPECT_THAT(diff.out, testing::ContainsRegex("add_kernel.ttir +ir +[0-9.]+ KiB +[0-9.]+ KiB +equal"));
  EXPECT_THAT(diff.out, testing::ContainsRegex("add_kernel.ttgir.*differs"));
  EXPECT_THAT(diff.out, Not(HasSubstr("backend"))) << "equal fields are shown with -v";
  EXPECT_THAT(tcm({"diff", make_key(1), make_key(2), "-v"}).out, HasSubstr("backend"));
}

TEST_F(CompareCommands, DiffOfANameIsOfItsNewestTwo) {
  const auto by_name = json({"diff", "-n", "add_kernel", "--json"});
  EXPECT_EQ(by_name.at("a").at("key"), boost::json::value(make_key(1)));
  EXPECT_EQ(by_name.at("b").at("key"), boost::json::value(make_key(2)));
  const auto all = json({"diff", make_key(1), make_key(2), "--json"});
  bool warps = false;
  for (const auto& column : all.at("columns").as_array())
    if (column.at("name") == "num_warps") {
      warps = true;
      EXPECT_EQ(column.at("a"), 4);
      EXPECT_EQ(column.at("b"), 8);
      EXPECT_EQ(column.at("equal"), false);
    }
  EXPECT_TRUE(warps);
  EXPECT_FALSE(all.as_object().contains("text"));
}

TEST_F(CompareCommands, DiffOfAFileIsWhatDiffPrints) {
  const std::string expected =
      "--- " + (first_ / "add_kernel.ttgir").string() + "\n+++ " + (second_ / "add_kernel.ttgir").string() + "\n@@ ";
  const ProgramResult diff = tcm({"diff", first_.string(), second_.string(), "--file", "ttgir"});
  EXPECT_THAT(diff.out, AllOf(testing::StartsWith(expected), testing::EndsWith("+// more\x1b[2J\n")));
  EXPECT_THAT(tcm_on_terminal(80, {"diff", make_key(1), make_key(2), "--file", "ttgir"}).out,
              AllOf(HasSubstr("+// more\\x1b[2J"), Not(HasSubstr("\x1b[2J"))));
  const ProgramResult equal = tcm({"diff", make_key(1), make_key(2), "--file", "ttir"});
  EXPECT_EQ(equal.out, "");
  EXPECT_THAT(equal.err, HasSubstr("equal"));
  const auto text = json({"diff", make_key(1), make_key(2), "--file", "ttgir", "--json"});
  EXPECT_EQ(text.at("text").at("added"), 1);
  EXPECT_EQ(text.at("text").at("removed"), 0);
}

TEST_F(CompareCommands, DiffNeedsTwo) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"diff"}, {"diff", make_key(1)}}) {
    const ProgramResult none = tcm(words);
    EXPECT_EQ(none.exit_code, 2);
    EXPECT_THAT(none.err, HasSubstr("--caches"));
  }
  EXPECT_EQ(tcm({"diff", make_key(1), "nothing"}).exit_code, 6);
  EXPECT_EQ(tcm({"diff", make_key(1), "add_kernel"}).exit_code, 2) << "two are called so";
  EXPECT_EQ(tcm({"diff", "-n", "nothing"}).exit_code, 6);
}

TEST_F(CompareCommands, DiffOfCachesNeedsNoIndex) {
  const auto other = home_ / "other";
  std::filesystem::create_directory(other);
  std::filesystem::copy(second_, other / second_.filename());
  KernelSpec third;
  third.seed = 3;
  add_kernel(other, third);
  std::filesystem::remove(database());
  const auto diff = json({"diff", "--caches", cache().string(), other.string(), "--json"});
  EXPECT_EQ(diff.at("only_a"), 1);
  EXPECT_EQ(diff.at("only_b"), 1);
  EXPECT_EQ(diff.at("same"), 1);
  ASSERT_EQ(diff.at("entries").as_array().size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(database()));
  const ProgramResult shown = tcm({"diff", "--caches", cache().string(), other.string()});
  EXPECT_THAT(shown.out, AllOf(HasSubstr("only in A"), HasSubstr("only in B"), HasSubstr(make_key(3))));
  EXPECT_EQ(tcm({"diff", "--caches", cache().string(), (home_ / "none").string()}).exit_code, 6);
}

TEST_F(CompareCommands, StatsShowSharesOnATerminalAndNotInAPipe) {
  const ProgramResult shown = tcm_on_terminal(100, {"stats", "--by", "name"});
  EXPECT_THAT(shown.out, AllOf(HasSubstr("SHARE"), HasSubstr("100%"), HasSubstr("█")));
  EXPECT_THAT(tcm({"stats", "--by", "name"}).out, AllOf(Not(HasSubstr("SHARE")), Not(HasSubstr("█"))));
}

TEST_F(CompareCommands, AReportIsOneFileOrGoesToStdout) {
  const auto file = home_ / "report.html";
  const ProgramResult written = tcm({"report", "--html", file.string()});
  EXPECT_EQ(written.exit_code, 0) << written.err;
  EXPECT_THAT(written.err, HasSubstr(file.string()));
  EXPECT_THAT(read_file(file),
              AllOf(testing::StartsWith("<!doctype html>"), HasSubstr("add_kernel"), testing::EndsWith("</html>\n")));
  EXPECT_THAT(tcm({"report", "--html", "-"}).out, testing::StartsWith("<!doctype html>"));
  EXPECT_EQ(tcm({"report"}).exit_code, 2);
  EXPECT_NE(tcm({"report", "--html", (home_ / "no/such/dir/r.html").string()}).exit_code, 0);
}

}  // namespace
}  // namespace tcm::test
