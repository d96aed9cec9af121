// SPDX-License-Identifier: Apache-2.0
// A column has one name, which every option and output knows, and its name in JSON as an alias.
#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ColumnsOf : public CliTest {
 protected:
  ColumnsOf() {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      KernelSpec spec;
      spec.seed = seed;
      spec.set = {{"/num_warps", seed == 2 ? "8" : "4"}, {"/ratio", "0.5"}, {"/tuned", "true"}, {"/shape", "[1, 2]"}};
      add_kernel(cache(), spec);
    }
    EXPECT_EQ(tcm({"index"}).exit_code, 0);
  }

  boost::json::array columns() { return json({"list", "--columns", "help", "-o", "json"}).at("columns").as_array(); }

  static std::string value_for(std::string_view type) {
    if (type == "time") return "2026-10-02";
    if (type == "duration") return "7d";
    if (type == "version") return "3.6.0";
    return type == "number" || type == "bytes" ? "4" : "''";
  }
};

TEST_F(ColumnsOf, EveryOptionKnowsEveryNameOfEveryColumn) {
  const boost::json::array all = columns();
  ASSERT_GT(all.size(), 25U);
  for (const auto& column : all) {
    for (const char* which : {"name", "json_name", "alias"}) {
      if (column.at(which).is_null()) continue;
      const std::string word(column.at(which).as_string());
      const std::string value = value_for(column.at("type").as_string());
      const std::string any = word + " = " + value + " or " + word + " != " + value;
      const ProgramResult listed =
          tcm({"list", "--sort", word + ":asc", "--where", "kind = kernel or " + any, "-o", "csv", "--columns", word});
      EXPECT_EQ(listed.exit_code, 0) << word << listed.err;
      const auto lines = lines_of(listed.out);
      ASSERT_EQ(lines.size(), 4U) << word;
      EXPECT_EQ(lines.front(), std::string(column.at("name").as_string()));
    }
  }
}

TEST_F(ColumnsOf, WarpsAndNumWarpsAreOneColumn) {
  for (const char* word : {"warps", "num_warps", "Warps"}) {
    EXPECT_EQ(lines_of(tcm({"list", "-q", "--where", std::string(word) + "=4"}).out).size(), 2U) << word;
    EXPECT_EQ(lines_of(tcm({"list", "-q", "--sort", word}).out).front(), make_key(2)) << word;
    EXPECT_EQ(lines_of(tcm({"list", "-o", "csv", "--columns", word}).out).front(), "warps");
  }
}

TEST_F(ColumnsOf, AllAreInCsvAndThoseWithAJsonNameInJson) {
  std::string header;
  std::set<std::string> names;
  for (const auto& column : columns()) {
    header += (header.empty() ? "" : ",") + std::string(column.at("name").as_string());
    if (!column.at("json_name").is_null()) names.emplace(column.at("json_name").as_string());
  }
  EXPECT_EQ(lines_of(tcm({"list", "-o", "csv"}).out).front(), header);
  const auto listed = json({"list", "--json"});
  std::set<std::string> printed;
  for (const auto& field : listed.at("kernels").at(0).as_object()) printed.emplace(field.key());
  EXPECT_EQ(printed, names);
}

TEST_F(ColumnsOf, ColumnsChooseTheFieldsOfJson) {
  const auto answer =
      json({"list", "-o", "json", "--sort", "warps", "--columns", "key,warps,age,registers,ratio,tuned,shape"});
  const auto& record = answer.at("kernels").at(0).as_object();
  EXPECT_EQ(record.size(), 4U);
  EXPECT_EQ(record.at("key"), boost::json::value(make_key(2)));
  EXPECT_EQ(record.at("num_warps").to_number<int>(), 8);
  EXPECT_TRUE(record.at("age").is_int64()) << "seconds";
  const auto& fields = record.at("fields").as_object();
  EXPECT_TRUE(fields.at("registers").is_int64());
  EXPECT_EQ(fields.at("ratio"), boost::json::value(0.5));
  EXPECT_EQ(fields.at("tuned"), boost::json::value(true));
  EXPECT_EQ(fields.at("shape"), boost::json::parse("[1,2]"));
}

TEST_F(ColumnsOf, ATableShowsWhatItIsSortedBy) {
  EXPECT_THAT(lines_of(tcm({"list", "--sort", "registers"}).out).front(), HasSubstr("REGISTERS"));
  EXPECT_THAT(lines_of(tcm({"list", "--sort", "num_ctas:asc"}).out).front(), HasSubstr("CTAS"));
  EXPECT_THAT(lines_of(tcm({"list"}).out).front(), AllOf(Not(HasSubstr("CTAS")), Not(HasSubstr("REGISTERS"))));
}

TEST_F(ColumnsOf, HelpNamesThemWithoutAnIndex) {
  std::filesystem::remove(database());
  const ProgramResult help = tcm_on_terminal(80, {"list", "--columns", "help"});
  EXPECT_EQ(help.exit_code, 0) << help.err;
  EXPECT_THAT(help.out, AllOf(HasSubstr("warps"), HasSubstr("num_warps"), HasSubstr("when it was last found")));
  EXPECT_EQ(lines_of(help.out).size(), columns().size() + 1);
}

TEST_F(ColumnsOf, ASuggestionIsAnotherWord) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--where", "num_warp=4"}, {"--sort", "num_warp"}, {"--columns", "num_warp"}}) {
    const ProgramResult result = tcm({"list", arguments[0], arguments[1]});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr(arguments[0] + ":"), HasSubstr("did you mean num_warps?")));
  }
  EXPECT_THAT(tcm({"list", "--where", "metadata.warps=4"}).err, Not(HasSubstr("did you mean metadata.warps?")));
  EXPECT_THAT(tcm({"list", "--where", "resource.warps=4"}).err, Not(HasSubstr("did you mean resource.warps?")));
}

}  // namespace
}  // namespace tcm::test
