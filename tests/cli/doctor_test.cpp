// SPDX-License-Identifier: Apache-2.0
// doctor, du and index --discover, as a user runs them. That each finding is found is shown in tests/service/doctor.
#include <set>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

class DoctorCommand : public CliTest {
 protected:
  DoctorCommand() {
    fs::create_directories(home_ / "tmp");
    environment_["TMPDIR"] = (home_ / "tmp").string();
  }

  /// Whatever the machine itself has: exit code 0 or 4.
  boost::json::value examined() {
    const ProgramResult result = tcm({"doctor", "-o", "json"});
    EXPECT_THAT(result.exit_code, testing::AnyOf(0, 4)) << result.err;
    boost::json::value value = boost::json::parse(result.out);
    EXPECT_EQ(result.exit_code == 4, value.at("errors").as_int64() > 0);
    return value;
  }

  std::set<std::string> ids(const boost::json::value& value) {
    std::set<std::string> names;
    for (const auto& finding : value.at("findings").as_array()) names.insert(std::string(finding.at("id").as_string()));
    return names;
  }

  std::set<std::string> roots() {
    std::set<std::string> paths;
    const boost::json::value indexed = json({"index", "--json"});
    for (const auto& root : indexed.at("roots").as_array()) paths.insert(std::string(root.at("path").as_string()));
    return paths;
  }

  std::set<std::string> everything() const {
    std::set<std::string> paths;
    for (const auto& item : fs::recursive_directory_iterator(home_.path())) paths.insert(item.path().string());
    return paths;
  }
};

TEST_F(DoctorCommand, AnErrorMakesTheExitCode4) {
  write_file(add_kernel(cache()) / "__grp__add_kernel.json", "no JSON");
  tcm({"index"});
  const ProgramResult result = tcm({"doctor"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, AllOf(HasSubstr("error    entries-broken: " + cache().string()),
                                HasSubstr("To do: tcm repair"), HasSubstr("Caches\nPLACE")));
  const auto found = examined();
  for (const auto& finding : found.at("findings").as_array())
    if (finding.at("id") == "entries-broken") {
      EXPECT_EQ(finding.at("severity"), "error");
      EXPECT_EQ(finding.at("section"), "caches");
      EXPECT_EQ(finding.at("subject").as_string(), cache().string());
      EXPECT_EQ(finding.at("todo"), "tcm repair");
    }
  EXPECT_THAT(ids(found), Contains("entries-broken"));
}

TEST_F(DoctorCommand, ItGoesOnWithoutFilesOfSettingsThatCannotBeUsed) {
  write_file(home_ / ".config/tcm/config.toml", "[prune]\nmax_sise = \"1G\"\n");
  EXPECT_EQ(tcm({"list"}).exit_code, 2);
  const ProgramResult result = tcm({"doctor"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, AllOf(HasSubstr("settings-broken: " + (home_ / ".config/tcm/config.toml").string() + ":2"),
                                HasSubstr("did you mean prune.max_size?")));
}

TEST_F(DoctorCommand, ItCreatesNothing) {
  add_kernels(cache(), 1);
  environment_["TRITON_CACHE_DIR"] = (home_ / "not/there").string();
  const auto before = everything();
  const ProgramResult result = tcm({"doctor"});
  EXPECT_THAT(result.out, HasSubstr("index-missing"));
  EXPECT_EQ(everything(), before);
}

TEST_F(DoctorCommand, ItFitsTheTerminal) {
  add_kernels(cache(), 2);
  make_inductor(home_ / "tmp/torchinductor_you", 1);
  write_file(home_ / ".tilelang/cache/kernel", "x");
  for (const std::string& line : lines_of(tcm_on_terminal(80, {"doctor"}).out)) {
    const bool is_path = line.find(' ', 20) == std::string::npos;
    EXPECT_TRUE(line.size() <= 90 || is_path) << line;
  }
}

TEST_F(DoctorCommand, DiscoverIndexesEveryCacheOfThisUser) {
  add_kernels(cache(), 2);
  make_inductor(home_ / "tmp/torchinductor_you", 2);
  make_vllm(home_ / "vllm", 1);
  add_kernels(home_ / ".cache/sglang/triton", 1);
  write_file(home_ / ".tilelang/cache/kernel.so", "x");
  environment_["VLLM_CACHE_ROOT"] = (home_ / "vllm").string();
  environment_["HELION_CACHE_DIR"] = (home_ / "not there").string();
  EXPECT_THAT(ids(examined()), Contains("cache-not-indexed"));
  const ProgramResult result = tcm({"index", "--discover"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::set<std::string> expected{cache().string(), (home_ / "tmp/torchinductor_you/triton/0").string(),
                                       (home_ / "tmp/torchinductor_you/triton/1").string(),
                                       (home_ / "vllm/torch_compile_cache/d4ec7c2a7d/rank_0_0/triton_cache").string(),
                                       (home_ / ".cache/sglang/triton").string()};
  // Without an option it refreshes them all from now on, wherever they were named.
  environment_.erase("VLLM_CACHE_ROOT");
  EXPECT_THAT(roots(), IsSupersetOf(expected));
  EXPECT_EQ(tcm({"index", "--discover", cache().string()}).exit_code, 2);
  EXPECT_EQ(tcm({"index", "--discover", "--layout", "triton"}).exit_code, 2);
}

TEST_F(DoctorCommand, DiscoverFindsNothingWhereNothingIs) {
  fs::remove_all(home_ / ".triton");
  const ProgramResult result = tcm({"index", "--discover"});
  // Processes of this machine may have caches.
  EXPECT_THAT(result.exit_code, testing::AnyOf(0, 6)) << result.err;
}

TEST_F(DoctorCommand, DuMeasuresWhatLiesOnTheDisk) {
  add_kernels(cache(), 3);
  add_leftover(cache(), 50);
  make_inductor(home_ / "tmp/torchinductor_you", 1);
  tcm({"index", cache().string(), (home_ / "tmp/torchinductor_you").string()});
  const auto value = json({"du", "--json"});
  EXPECT_EQ(value.at("total").at("bytes").to_number<std::uint64_t>(),
            bytes_below(cache()) + bytes_below(home_ / "tmp/torchinductor_you"));
  std::set<std::string> kinds;
  for (const auto& part : value.at("parts").as_array()) kinds.insert(std::string(part.at("what").as_string()));
  EXPECT_THAT(kinds, IsSupersetOf({"entries", "graphs", "autograd", "code", "tunings"}));
  EXPECT_EQ(value.at("freeable").at(0).at("what"), "leftovers");
  EXPECT_EQ(value.at("freeable").at(0).at("command"), "tcm prune --leftovers");
  EXPECT_TRUE(value.at("limits").as_array().empty());

  environment_["TCM_PRUNE_MAX_SIZE"] = "1M";
  environment_["TCM_PRUNE_MAX_FILES"] = "100";
  const ProgramResult text = tcm({"du"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("WHAT"), HasSubstr("graph cache (fxgraph)"), HasSubstr("%, "), HasSubstr("total"),
                    HasSubstr("On the disk of prune.max_size: "), HasSubstr("Files of prune.max_files: "),
                    HasSubstr("Could be freed:"), HasSubstr("tcm prune --leftovers")));
}

TEST_F(DoctorCommand, DuNeedsNoIndexAndNamesWhatItCannotMeasure) {
  add_kernels(home_ / "cache", 1);
  const ProgramResult one = tcm({"du", (home_ / "cache").string(), (home_ / "nothing").string()});
  EXPECT_EQ(one.exit_code, 3);
  EXPECT_THAT(one.out, HasSubstr((home_ / "cache").string()));
  EXPECT_THAT(one.err,
              AllOf(HasSubstr((home_ / "nothing").string() + ": no such directory"), HasSubstr("`tcm index`")));
  EXPECT_EQ(tcm({"du", (home_ / "nothing").string()}).exit_code, 6);
  EXPECT_FALSE(fs::exists(database()));
}

}  // namespace
}  // namespace tcm::test
