// SPDX-License-Identifier: Apache-2.0
// The command line itself.
#include <filesystem>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Options : public CliTest {};

TEST_F(Options, EveryCommandHasHelpWithExamples) {
  for (const char* command : {"index", "list", "show", "stats", "plugins"}) {
    const ProgramResult result = tcm({command, "--help"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, AllOf(HasSubstr("Examples:"), HasSubstr(std::string("tcm ") + command))) << command;
  }
  EXPECT_THAT(tcm({"--help"}).out, HasSubstr("Exit codes:"));
  EXPECT_EQ(tcm({}).exit_code, 2);
  EXPECT_THAT(tcm({}).err, HasSubstr("Subcommands"));
}

TEST_F(Options, VerboseIsAcceptedBeforeAndAfterTheCommand) {
  add_kernels(cache(), 1);
  write_file(cache() / make_key(1) / "add_kernel.json", "");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"-v", "index"}, {"index", "-v"}, {"-vv", "index"}, {"index", "--verbose"}})
    EXPECT_THAT(tcm(words).err, HasSubstr(make_key(1)));
}

TEST_F(Options, AliasesMeanTheSame) {
  add_kernels(cache(), 2);
  tcm({"index"});
  EXPECT_EQ(tcm({"ls", "-q"}).out, tcm({"list", "--quiet"}).out);
  EXPECT_EQ(tcm({"du", "--json"}).out, tcm({"stats", "-o", "json"}).out);
}

// The original tool's flags and variables work unchanged.
TEST_F(Options, TheOriginalsFlagsAndVariablesWork) {
  add_kernels(home_ / "elsewhere", 4);
  environment_["TCM_TRITON_CACHE_DIR"] = (home_ / "elsewhere").string();
  environment_["TCM_DATA_DIR"] = (home_ / "data").string();
  environment_["TCM_DB_FILENAME"] = "cache.db";
  EXPECT_EQ(tcm({"index"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(home_ / "data" / "cache.db"));
  EXPECT_EQ(lines_of(tcm({"list", "-q", "-n", "add_kernel", "-b", "cuda", "-a", "90", "--older-than", "30m",
                          "--younger-than", "2w", "--cache-dir", (home_ / "elsewhere").string()})
                         .out)
                .size(),
            1U);
}

TEST_F(Options, OneOptionTakesOneValueAndMayBeRepeated) {
  add_kernels(cache(), 2);
  tcm({"index"});
  EXPECT_EQ(json({"list", "--json", "-a", "80", "-a", "90"}).at("total"), 2);
  // A filter before the positional argument does not swallow it.
  EXPECT_EQ(tcm({"show", "-n", "add_kernel", make_key(1)}).exit_code, 0);
}

TEST_F(Options, VersionIsPrintedBothWays) {
  EXPECT_THAT(tcm({"--version"}).out, testing::StartsWith("tcm "));
  EXPECT_EQ(tcm({"version"}).out, tcm({"--version"}).out);
  EXPECT_EQ(json({"version", "--json"}).at("plugin_abi"), "1.0");
}

TEST_F(Options, NothingFoundIsSuccessUnlessAskedOtherwise) {
  add_kernels(cache(), 1);
  tcm({"index"});
  EXPECT_EQ(tcm({"list", "-n", "none"}).exit_code, 0);
  EXPECT_EQ(tcm({"list", "-n", "none", "--fail-empty"}).exit_code, 1);
}

}  // namespace
}  // namespace tcm::test
