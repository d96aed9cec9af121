// SPDX-License-Identifier: Apache-2.0
// Caches of other compilers than Triton 3.6, and backends that do not behave.
#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Compilers : public CliTest {
 protected:
  /// The caches of some compilers, as one root.
  void copy(std::initializer_list<const char*> compilers) {
    for (const char* compiler : compilers) copy_tree(fs::path(TCM_COMPILER_CACHES) / compiler, cache());
    for (const auto& entry : fs::directory_iterator(cache())) set_tree_age(entry.path(), std::chrono::hours(48));
  }

  boost::json::array kernels(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"list", "--json"});
    return json(std::move(arguments)).at("kernels").as_array();
  }

  std::size_t files_called(const std::string& extension) {
    std::size_t count = 0;
    for (const auto& item : fs::recursive_directory_iterator(cache()))
      count += item.path().extension() == extension ? 1 : 0;
    return count;
  }
};

TEST_F(Compilers, AreIndexedWithoutASkip) {
  copy({"triton-2.0", "triton-3.9", "tokenspeed-3.9", "fbtriton-3.7", "metal-3.7", "npu-3.2", "xpu-3.3-spv",
        "xpu-3.3-zebin"});
  const ProgramResult indexed = tcm({"index"});
  EXPECT_EQ(indexed.exit_code, 0) << indexed.out << indexed.err;
  EXPECT_EQ(kernels().size(), 12u);
}

TEST_F(Compilers, PruneDropsGluonsIr) {
  copy({"triton-3.9"});
  ASSERT_EQ(files_called(".glir"), 2u);
  EXPECT_EQ(tcm({"prune", "--yes"}).exit_code, 0);
  EXPECT_EQ(files_called(".glir"), 0u);
  EXPECT_EQ(files_called(".hsaco") + files_called(".cubin"), 3u);
}

TEST_F(Compilers, AKernelThatIsCalledLikeAGroupIsPrunedAsAnyOther) {
  copy({"tokenspeed-3.9"});
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  EXPECT_EQ(kernels().size(), 1u);
  EXPECT_EQ(tcm({"prune", "--yes"}).exit_code, 0);
  EXPECT_EQ(files_called(".ttir") + files_called(".llir"), 0u);
  EXPECT_EQ(files_called(".cubin"), 1u);
  const ProgramResult full = tcm({"prune", "--full", "--all", "--yes"});
  EXPECT_EQ(full.exit_code, 0) << full.out << full.err;
  EXPECT_EQ(files_called(".cubin") + files_called(".json"), 0u) << full.out;
}

TEST_F(Compilers, TheArchitectureOfTriton20ComesFromTheBinary) {
  copy({"triton-2.0"});
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  const auto all = kernels({"-a", "sm_80"});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].at("arch"), "80");
  EXPECT_EQ(all[0].at("backend"), "cuda");
}

TEST_F(Compilers, AKeyThatBeginsWithADashNeedsTwo) {
  const std::string key = "-q_OJ1UUeEPa5jXwifw5vcLyoKijhB2j0a6W2TFV3Kd";
  copy_tree(fs::path(TCM_COMPILER_CACHES) / "npu-3.2" / "j0a6W2TFV3KdtLVyUl6XBdi7Ed1w3CyPadM8h6HTdOw", cache() / key);
  set_tree_age(cache() / key, std::chrono::hours(48));
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  const ProgramResult taken_for_options = tcm({"show", key});
  EXPECT_EQ(taken_for_options.exit_code, 2);
  EXPECT_THAT(taken_for_options.err, HasSubstr("put -- before it"));
  EXPECT_EQ(tcm({"show", "--", key}).exit_code, 0);
  EXPECT_THAT(tcm({"stats", "-Z"}).err, Not(HasSubstr("goes behind")));
}

// The test plugin answers every probe with a line on stdout.
TEST_F(Compilers, WhatABackendPrintsIsNotInTheOutput) {
  const fs::path plugins = home_ / "plugins";
  fs::create_directories(plugins);
  fs::copy_file(TCM_TEST_PLUGIN_DIR "/chatty.so", plugins / "libtcm_backend_chatty.so");
  environment_["TCM_PLUGIN_PATH"] = plugins.string();
  const fs::path entry = cache() / "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSA";
  write_file(entry / "k.json",
             R"({"name": "k", "target": {"backend": "alpha", "arch": 7, "warp_size": 32}, "shared": 0, "hash": "0"})");
  write_file(entry / "k.tst", "binary");
  write_file(entry / "__grp__k.json", R"({"child_paths": {"k.json": "/x/k.json", "k.tst": "/x/k.tst"}})");
  const ProgramResult indexed = tcm({"index", "--json"});
  EXPECT_EQ(indexed.exit_code, 0) << indexed.err;
  EXPECT_THAT(indexed.out, Not(HasSubstr("a plugin must not write here")));
  EXPECT_THAT(indexed.out, testing::StartsWith("{"));
  EXPECT_THAT(indexed.err, HasSubstr("a plugin must not write here"));
  EXPECT_EQ(kernels().size(), 1u);
}

}  // namespace
}  // namespace tcm::test
