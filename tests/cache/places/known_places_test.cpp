// SPDX-License-Identifier: Apache-2.0
#include "core/cache/places/known_places.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::cache {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class KnownPlaces : public testing::Test {
 protected:
  std::vector<std::string> named() {
    PlaceEnvironment environment;
    environment.variable = [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    environment.home = home_.path().string();
    environment.user = ::geteuid();
    std::vector<std::string> lines;
    for (const NamedPlace& place : named_places(environment))
      lines.push_back(std::string(place.known->tool) + " " + place.path);
    return lines;
  }
  std::string at(const std::string& below) { return (home_ / below).string(); }
  void make(const std::string& below) { fs::create_directories(home_ / below); }

  test::TempDir home_;
  std::map<std::string, std::string> variables_{{"TMPDIR", (home_ / "tmp").string()}, {"USER", "you"}};
};

TEST_F(KnownPlaces, DefaultsCountWhereTheyAreThere) {
  EXPECT_THAT(named(), ElementsAre());
  for (const char* dir : {".triton/cache", ".triton/cache_4121", ".triton/cache_of_mine", "tmp/torchinductor_you",
                          ".cache/vllm", ".cache/sglang", ".tilelang/cache", ".cache/flashinfer",
                          "tmp/you/cutlass_python_cache", ".deep_gemm", ".cache/comgr", ".nv/ComputeCache"})
    make(dir);
  EXPECT_THAT(named(), ElementsAre("triton " + at(".triton/cache"), "inductor " + at("tmp/torchinductor_you"),
                                   "vllm " + at(".cache/vllm"), "vllm-0.7 " + at(".triton/cache_4121"),
                                   "sglang " + at(".cache/sglang"), "tilelang " + at(".tilelang/cache"),
                                   "flashinfer " + at(".cache/flashinfer"),
                                   "cute-dsl " + at("tmp/you/cutlass_python_cache"), "deep-gemm " + at(".deep_gemm"),
                                   "comgr " + at(".cache/comgr"), "compute-cache " + at(".nv/ComputeCache")));
}

TEST_F(KnownPlaces, VariablesReplaceDefaults) {
  make(".triton/cache");
  make("tmp/torchinductor_you");
  make("xdg/vllm");
  variables_["TRITON_HOME"] = "/elsewhere/";
  variables_["TORCHINDUCTOR_CACHE_DIR"] = "/inductor";
  variables_["HELION_CACHE_DIR"] = "/helion";
  variables_["FLASHINFER_WORKSPACE_BASE"] = "/base";
  variables_["XDG_CACHE_HOME"] = at("xdg");
  EXPECT_THAT(named(),
              UnorderedElementsAre("triton /elsewhere/.triton/cache", "inductor /inductor", "vllm " + at("xdg/vllm"),
                                   "helion /helion", "flashinfer /base/.cache/flashinfer"));
  variables_["TRITON_CACHE_DIR"] = "/first";
  EXPECT_THAT(named(), testing::Contains("triton /first"));
  EXPECT_THAT(named(), testing::Not(testing::Contains("triton /elsewhere/.triton/cache")));
}

TEST_F(KnownPlaces, WhatNamesNoPlaceIsPassedOver) {
  variables_["TRITON_CACHE_DIR"] = "";
  variables_["VLLM_CACHE_ROOT"] = "relative/path";
  variables_["TORCHINDUCTOR_CACHE_DIR"] = std::string("/a\0b", 4);
  variables_["USER"] = "../../etc";
  EXPECT_THAT(named(), ElementsAre());
  EXPECT_TRUE(places_of_variable("VLLM_CACHE_ROOT", "relative").empty());
  EXPECT_TRUE(places_of_variable("PATH", "/bin").empty());
  ASSERT_EQ(places_of_variable("TRITON_HOME", "/h").size(), 1U);
  EXPECT_EQ(places_of_variable("TRITON_HOME", "/h")[0].path, "/h/.triton/cache");
}

TEST_F(KnownPlaces, DirectoriesOfOthersInTheCommonOneDoNotCount) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to give a directory away";
  make("tmp/torchinductor_you");
  make("tmp/torchinductor_other");
  ASSERT_EQ(::chown(at("tmp/torchinductor_other").c_str(), 65534, 65534), 0);
  fs::create_symlink("/etc", home_ / "tmp/torchinductor_link");
  EXPECT_THAT(named(), ElementsAre("inductor " + at("tmp/torchinductor_you")));
}

TEST_F(KnownPlaces, TheTableIsWhole) {
  std::set<std::string_view> variables;
  for (const KnownPlace& place : known_places()) {
    EXPECT_FALSE(meaning_of(place.tool).empty()) << place.tool;
    if (place.variable.empty())
      EXPECT_TRUE(place.path.starts_with("~/") || place.path.starts_with("$")) << place.path;
    else
      EXPECT_TRUE(variables.insert(place.variable).second) << place.variable;
  }
  EXPECT_EQ(place_variables().size(), variables.size());
}

}  // namespace
}  // namespace tcm::cache
