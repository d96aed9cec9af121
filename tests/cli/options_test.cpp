// SPDX-License-Identifier: Apache-2.0
// The command line itself.
#include <filesystem>
#include <fstream>

#include "core/util/text/text.hpp"
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

const std::vector<std::vector<std::string>> kCommands{{"index"},
                                                      {"list"},
                                                      {"show"},
                                                      {"stats"},
                                                      {"du"},
                                                      {"doctor"},
                                                      {"prune"},
                                                      {"rm"},
                                                      {"trash"},
                                                      {"trash", "list"},
                                                      {"trash", "restore"},
                                                      {"trash", "empty"},
                                                      {"plugins"},
                                                      {"config"},
                                                      {"config", "show"},
                                                      {"config", "get"},
                                                      {"config", "set"},
                                                      {"config", "path"},
                                                      {"db"},
                                                      {"db", "status"},
                                                      {"db", "copy"},
                                                      {"db", "migrate"},
                                                      {"db", "vacuum"},
                                                      {"db", "import-legacy"},
                                                      {"version"},
                                                      {"help"}};

std::string joined(const std::vector<std::string>& words) {
  std::string text = "tcm";
  for (const std::string& word : words) text += " " + word;
  return text;
}

TEST_F(Options, TheHelpOfACommandHasItsOwnExamplesAndExitCodesAndNamesTheGlobalOptions) {
  for (std::vector<std::string> words : kCommands) {
    const std::string name = joined(words);
    words.emplace_back("--help");
    const std::string help = tcm(words).out;
    const std::string examples = help.substr(std::min(help.find("Examples:\n"), help.size()));
    EXPECT_THAT(examples, AllOf(HasSubstr("  " + name), HasSubstr("\nExit codes:\n  0   done"))) << name;
    EXPECT_THAT(help, AllOf(HasSubstr("Usage: " + name), HasSubstr("Global options (explained by tcm --help): "),
                            HasSubstr("--plugin-path")));
    const bool asks =
        name.starts_with("tcm prune") || name.starts_with("tcm rm") || name == "tcm trash" || name == "tcm trash empty";
    EXPECT_EQ(help.find("\n  5   not confirmed") != std::string::npos, asks) << name;
  }
}

TEST_F(Options, HelpIsWrappedToTheTerminalAndBreaksNoWord) {
  for (std::vector<std::string> words : kCommands) {
    words.emplace_back("--help");
    for (const std::string& line : lines_of(tcm(words).out)) EXPECT_LE(util::display_width(line), 80U) << line;
    for (const int width : {40, 60})
      for (const std::string& line : lines_of(tcm_on_terminal(width, words).out)) {
        // A word that is longer than what is left of its line is not broken.
        const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
        if (line.find(' ', first) == std::string::npos) continue;
        EXPECT_LE(util::display_width(line), static_cast<std::size_t>(width)) << line;
      }
  }
  EXPECT_THAT(tcm({"index", "--help"}).out, HasSubstr("TCM_CACHE_DIR,"));
}

TEST_F(Options, HelpIsACommandToo) {
  EXPECT_EQ(tcm({"help"}).out, tcm({"--help"}).out);
  for (std::vector<std::string> words : kCommands) {
    if (words.front() == "help") continue;
    std::vector<std::string> asked = words;
    asked.insert(asked.begin(), "help");
    words.emplace_back("--help");
    EXPECT_EQ(tcm(asked).out, tcm(words).out);
  }
  EXPECT_EQ(tcm({"help", "ls"}).out, tcm({"list", "--help"}).out);
  const ProgramResult unknown = tcm({"help", "config", "sett"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("unknown command 'config sett'; did you mean set?"));
  EXPECT_EQ(tcm({"help", "list", "x"}).exit_code, 2);
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
  EXPECT_EQ(tcm({"-V"}).out, tcm({"--version"}).out);
  EXPECT_EQ(json({"version", "--json"}).at("plugin_abi"), "1.1");
}

TEST_F(Options, VersionNamesTheBuildAndThePaths) {
  const auto answer = json({"version", "--json"});
  EXPECT_THAT(answer.at("commit").as_string().c_str(), testing::MatchesRegex("[0-9a-f]{12}|unknown"));
  EXPECT_EQ(std::string(answer.at("index").as_string()), database().string());
  EXPECT_TRUE(answer.at("settings_files").as_array().empty());
  EXPECT_TRUE(answer.at("libraries").as_object().contains("SQLite"));
  EXPECT_THAT(boost::json::serialize(answer.at("plugin_directories")), testing::HasSubstr("tcm/plugins"));
}

// It goes into a report, also of somebody who cannot mend the settings.
TEST_F(Options, VersionIsPrintedWhereTheSettingsCannotBeRead) {
  const auto file = home_ / ".config/tcm/config.toml";
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "nonsense = [";
  const ProgramResult result = tcm({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, testing::HasSubstr("\nplugin ABI "));
  EXPECT_THAT(result.err, testing::HasSubstr("config.toml:1"));
}

TEST_F(Options, NothingFoundIsSuccessUnlessAskedOtherwise) {
  add_kernels(cache(), 1);
  tcm({"index"});
  EXPECT_EQ(tcm({"list", "-n", "none"}).exit_code, 0);
  EXPECT_EQ(tcm({"list", "-n", "none", "--fail-empty"}).exit_code, 1);
}

}  // namespace
}  // namespace tcm::test
