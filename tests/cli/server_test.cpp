// SPDX-License-Identifier: Apache-2.0
// The program with its index in PostgreSQL: one option is all that differs.
#include <gmock/gmock.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/postgres.hpp"

namespace tcm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ServerCommands : public CliTest {
 protected:
  ServerCommands() {
    add_kernels(cache(), 4);
    environment_["TCM_HOST"] = "gpu-1";
  }
  PostgresDatabase database_;
};

TEST_F(ServerCommands, AUrlIsAllItTakes) {
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  const std::vector<std::vector<std::string>> questions{
      {"list", "--json", "--columns", "key,name,registers"},
      {"list", "--sort", "size", "-o", "csv", "--columns", "key,name,size,host"},
      {"list", "--where", "num_warps=4 and shared>=0"},
      {"stats", "--by", "backend,arch", "-o", "csv"},
      {"list", "--glob", "add_*", "-q"},
      {"stats"}};
  std::vector<std::string> answers;
  for (const auto& question : questions) answers.push_back(tcm(question).out);

  environment_["TCM_DB_URL"] = database_.url();
  const ProgramResult indexed = tcm({"index"});
  EXPECT_EQ(indexed.exit_code, 0) << indexed.err;
  // When each was first met differs by the moment between the two runs.
  const auto without_times = [](std::string text) {
    for (auto at = text.find("first_seen\": \""); at != std::string::npos; at = text.find("first_seen\": \"", at + 14))
      text.erase(at + 14, text.find('"', at + 14) - at - 14);
    return text;
  };
  for (std::size_t i = 0; i < questions.size(); ++i) {
    EXPECT_NE(answers[i], "") << i;
    EXPECT_EQ(without_times(tcm(questions[i]).out), without_times(answers[i])) << questions[i].at(1);
  }
  const std::string key = lines_of(tcm({"list", "-q", "--limit", "1"}).out).at(0);
  EXPECT_THAT(tcm({"show", key.substr(0, 8)}).out, HasSubstr(key));
  const ProgramResult pruned = tcm({"prune", "--full", "--all", "--yes", "--grace", "0s"});
  EXPECT_EQ(pruned.exit_code, 0) << pruned.err;
  EXPECT_EQ(tcm({"list", "-q"}).out, "");
  EXPECT_EQ(ask_postgres(database_.url(), "SELECT COUNT(*) FROM record WHERE kind = 'kernel'"), "0");
}

TEST_F(ServerCommands, PruneTouchesNoOtherHostsRows) {
  environment_["TCM_DB_URL"] = database_.url();
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  environment_["TCM_HOST"] = "gpu-2";
  add_kernels(home_ / "other", 3, 100);
  ASSERT_EQ(tcm({"index", "--cache-dir", (home_ / "other").string()}).exit_code, 0);
  // A directory that only a shared database names is not changed until the user names it.
  EXPECT_EQ(tcm({"prune", "--full", "--all", "--yes", "--grace", "0s"}).exit_code, 2);
  EXPECT_EQ(ask_postgres(database_.url(), "SELECT COUNT(*) FROM record"), "7");
  const std::string other = (home_ / "other").string();
  EXPECT_EQ(tcm({"prune", "--full", "--all", "--yes", "--grace", "0s", "--cache-dir", other}).exit_code, 0);
  EXPECT_EQ(ask_postgres(database_.url(), "SELECT COUNT(*) FROM record"), "4");
  EXPECT_THAT(tcm({"stats", "--by", "host", "-o", "csv"}).out, HasSubstr("gpu-1,4,4"));
  EXPECT_EQ(lines_of(tcm({"list", "--missing-on", "gpu-2", "-q"}).out).size(), 4u);
  EXPECT_EQ(tcm({"list", "--host", "gpu-9"}).exit_code, 6);
}

TEST_F(ServerCommands, AnIndexMovesToTheServerAndBack) {
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  const std::string before = tcm({"list", "--json"}).out;
  const ProgramResult copied = tcm({"db", "copy", "--to", database_.url()});
  EXPECT_EQ(copied.exit_code, 0) << copied.err;
  EXPECT_THAT(copied.err, HasSubstr("the copy is identical"));
  EXPECT_EQ(tcm({"db", "copy", "--to", database_.url()}).exit_code, 1) << "it holds an index now";

  environment_["TCM_DB_URL"] = database_.url();
  EXPECT_EQ(tcm({"list", "--json"}).out, before) << "first-seen times and all";
  const auto status = json({"db", "status", "--json"});
  EXPECT_EQ(status.at("storage").as_string(), "postgresql");
  EXPECT_EQ(status.at("records").as_int64(), 4);
  EXPECT_EQ(tcm({"db", "migrate"}).exit_code, 0);
  EXPECT_EQ(tcm({"db", "vacuum"}).exit_code, 0);
  const std::string file = (home_ / "back.db").string();
  EXPECT_EQ(tcm({"db", "copy", "--to", file}).exit_code, 0);
  EXPECT_EQ(tcm({"--db", file, "list", "--json"}).out, before);
  EXPECT_EQ(tcm({"--db", (home_ / "nowhere.db").string(), "db", "status"}).exit_code, 6);
}

TEST_F(ServerCommands, AMissingLibraryIsNamedWithItsPackage) {
  write_file(home_ / "lib" / "libsoci_postgresql.so.4.0", "");
  environment_["LD_LIBRARY_PATH"] = (home_ / "lib").string();
  const ProgramResult refused = tcm({"--db", database_.url(), "list"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("libsoci-postgresql4.0"));
  EXPECT_EQ(tcm({"index"}).exit_code, 0) << "and is not needed for a file";
}

TEST_F(ServerCommands, NoPasswordIsEverPrinted) {
  const PostgresServer server(PostgresServer::Listen::loopback);
  environment_["TCM_DB_URL"] = "postgresql://tcm:hunter2@127.0.0.1:" + std::to_string(server.port()) + "/postgres";
  for (const auto& words : {std::vector<std::string>{"-vv", "list"}, {"-vv", "index"}, {"config", "show"}}) {
    const ProgramResult result = tcm(words);
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("hunter2"))) << words.back();
  }
  EXPECT_EQ(tcm({"list"}).exit_code, 1);
}

}  // namespace
}  // namespace tcm::test
