// SPDX-License-Identifier: Apache-2.0
#include "core/backend/find/search_path.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::backend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

SearchOptions bare_options() {
  SearchOptions options;
  options.environment = {};
  return options;
}

std::vector<std::string> paths(const SearchOptions& options) {
  std::vector<std::string> result;
  for (const auto& directory : search_path(options).directories) result.push_back(directory.path);
  return result;
}

/// Without the last one, the directory that is compiled in.
std::vector<std::string> paths_before_builtin(const SearchOptions& options) {
  auto result = paths(options);
  if (!result.empty()) result.pop_back();
  return result;
}

TEST(SearchPath, DefaultsAreTheUsersThenTheInstallations) {
  auto options = bare_options();
  options.environment.home = "/home/u";
  options.environment.executable = "/opt/tcm/bin/tcm";
  const auto found = paths(options);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0], "/home/u/.local/share/tcm/plugins");
  EXPECT_THAT(found[1], testing::StartsWith("/opt/tcm/lib"));
  EXPECT_THAT(found[1], testing::EndsWith("/tcm/plugins"));
  EXPECT_THAT(found[2], testing::EndsWith("/tcm/plugins"));
  EXPECT_EQ(search_path(options).directories[0].origin, PathOrigin::user);
  EXPECT_EQ(search_path(options).directories[1].origin, PathOrigin::installation);
}

TEST(SearchPath, PackagesComeBetweenTheUsersAndTheInstallations) {
  auto options = bare_options();
  options.environment.home = "/home/u";
  options.environment.executable = "/opt/tcm/bin/tcm";
  options.environment.packages = {"/opt/tcm/lib/python3.11/site-packages/triton_cache_manager_plugins"};
  const auto found = search_path(options).directories;
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0].origin, PathOrigin::user);
  EXPECT_EQ(found[1].path, options.environment.packages[0]);
  EXPECT_EQ(found[1].origin, PathOrigin::package);
  EXPECT_EQ(found[2].origin, PathOrigin::installation);

  options.environment.plugin_path = "/env";
  EXPECT_THAT(paths(options), ElementsAre("/env"));
  options.environment.plugin_path.reset();
  options.builtin_only = true;
  EXPECT_THAT(paths(options), testing::Not(testing::Contains(options.environment.packages[0])));
}

TEST(InstalledPackages, AreThoseOfEveryPythonInThePrefix) {
  const test::TempDir prefix;
  const auto make = [&](const char* path) {
    const auto directory = prefix.path() / path / "triton_cache_manager_plugins";
    std::filesystem::create_directories(directory);
    return directory.string();
  };
  const std::string debian = make("lib/python3/dist-packages");
  const std::string venv = make("lib/python3.13/site-packages");
  const std::string fedora = make("lib64/python3.12/site-packages");
  make("lib/perl/site-packages");
  make("share/python3.13/site-packages");
  std::filesystem::create_directories(prefix.path() / "lib/python3.9/site-packages");
  const std::string program = (prefix.path() / "bin/tcm").string();
  EXPECT_THAT(installed_packages(program), ElementsAre(venv, debian, fedora));
  EXPECT_THAT(installed_packages(""), IsEmpty());
}

TEST(InstalledPackages, AreInThePrefixItselfWhereItIsAFolderOfPackages) {
  const test::TempDir prefix;
  const auto directory = prefix.path() / "triton_cache_manager_plugins";
  std::filesystem::create_directories(directory);
  EXPECT_THAT(installed_packages((prefix.path() / "bin/tcm").string()), ElementsAre(directory.string()));
}

TEST(InstalledPackages, AreFoundOnceWhereLib64IsLib) {
  const test::TempDir prefix;
  const auto directory = prefix.path() / "lib/python3.13/site-packages/triton_cache_manager_plugins";
  std::filesystem::create_directories(directory);
  std::filesystem::create_directory_symlink("lib", prefix.path() / "lib64");
  EXPECT_THAT(installed_packages((prefix.path() / "bin/tcm").string()), ElementsAre(directory.string()));
}

TEST(SearchPath, XdgDataHomeGoesBeforeHomeWhenItIsAbsolute) {
  auto options = bare_options();
  options.environment.home = "/home/u";
  options.environment.xdg_data_home = "/data";
  EXPECT_THAT(paths_before_builtin(options), ElementsAre("/data/tcm/plugins"));
  options.environment.xdg_data_home = "relative";
  EXPECT_THAT(paths_before_builtin(options), ElementsAre("/home/u/.local/share/tcm/plugins"));
  options.environment.xdg_data_home = "";
  EXPECT_THAT(paths_before_builtin(options), ElementsAre("/home/u/.local/share/tcm/plugins"));
}

TEST(SearchPath, EachSourceReplacesTheNext) {
  auto options = bare_options();
  options.environment.home = "/home/u";
  options.environment.add_plugin_path = "/added:/added2";
  EXPECT_THAT(paths_before_builtin(options), ElementsAre("/added", "/added2", "/home/u/.local/share/tcm/plugins"));
  options.configured_path = {"/configured"};
  EXPECT_THAT(paths(options), ElementsAre("/configured"));
  options.environment.plugin_path = "/env1:/env2";
  EXPECT_THAT(paths(options), ElementsAre("/env1", "/env2"));
  options.plugin_path = {"/flag1", "/flag2"};
  EXPECT_THAT(paths(options), ElementsAre("/flag1", "/flag2"));
}

TEST(SearchPath, EmptyVariablesCountAsUnset) {
  auto options = bare_options();
  options.environment.plugin_path = "";
  options.environment.add_plugin_path = "";
  EXPECT_THAT(paths_before_builtin(options), IsEmpty());
  EXPECT_THAT(search_path(options).refusals, IsEmpty());
}

TEST(SearchPath, TheWorkingDirectoryIsNeverMeant) {
  auto options = bare_options();
  options.environment.plugin_path = "/good::relative:./here:/also";
  const auto result = search_path(options);
  ASSERT_THAT(result.directories, SizeIs(2));
  EXPECT_EQ(result.directories[1].path, "/also");
  ASSERT_THAT(result.refusals, SizeIs(3));
  EXPECT_EQ(result.refusals[0].stage, Stage::directory);
  EXPECT_THAT(result.refusals[0].reason, HasSubstr("TCM_PLUGIN_PATH names an empty directory"));
  EXPECT_EQ(result.refusals[1].path, "relative");
  EXPECT_THAT(result.refusals[1].reason, HasSubstr("absolute"));
}

TEST(SearchPath, BuiltinOnlyIgnoresEverythingElse) {
  auto options = bare_options();
  options.builtin_only = true;
  options.plugin_path = {"/flag"};
  options.environment.plugin_path = "/env";
  options.environment.home = "/home/u";
  options.environment.executable = "/opt/tcm/bin/tcm";
  const auto found = paths(options);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(found[0], testing::StartsWith("/opt/tcm/lib"));
}

TEST(SearchPath, NoPluginsMeansNoDirectory) {
  auto options = bare_options();
  options.no_plugins = true;
  options.plugin_path = {"/flag"};
  EXPECT_THAT(paths(options), IsEmpty());
}

TEST(SearchPath, ADirectoryCountsOnce) {
  auto options = bare_options();
  options.plugin_path = {"/a", "/b", "/a"};
  EXPECT_THAT(paths(options), ElementsAre("/a", "/b"));
}

TEST(SearchPath, TheProcessKnowsItsOwnProgram) {
  const auto environment = environment_of_process();
  EXPECT_TRUE(std::filesystem::is_regular_file(environment.executable));
}

TEST(FindCandidates, SortsByNameWithinADirectoryAndTakesOnlyPluginNames) {
  const test::TempDir dir;
  for (const char* name :
       {"one/libtcm_backend_b.so", "one/libtcm_backend_a.so", "two/libtcm_backend_0.so", "one/libtcm_backend_.so",
        "one/libother.so", "one/libtcm_backend_c.so.1", "one/sub/libtcm_backend_deep.so", "one/tcm_backend_d.so"})
    test::write_file(dir / name, "x");
  auto options = bare_options();
  options.plugin_path = {(dir / "one").string(), (dir / "two").string()};
  std::vector<Refusal> refusals;
  std::vector<std::string> names;
  for (const auto& candidate : find_candidates(search_path(options), refusals))
    names.push_back(std::filesystem::path(candidate.path).filename().string());
  EXPECT_THAT(names, ElementsAre("libtcm_backend_a.so", "libtcm_backend_b.so", "libtcm_backend_0.so"));
  EXPECT_THAT(refusals, IsEmpty());
}

TEST(FindCandidates, OneFileUnderManyNamesIsOneCandidate) {
  const test::TempDir dir;
  test::write_file(dir / "real/libtcm_backend_a.so", "x");
  std::filesystem::create_directory_symlink(dir / "real", dir / "link");
  std::filesystem::create_symlink(dir / "real/libtcm_backend_a.so", dir / "real/libtcm_backend_z.so");
  auto options = bare_options();
  options.plugin_path = {(dir / "link").string(), (dir / "real").string()};
  std::vector<Refusal> refusals;
  const auto candidates = find_candidates(search_path(options), refusals);
  ASSERT_THAT(candidates, SizeIs(1));
  EXPECT_EQ(candidates[0].canonical, (dir / "real/libtcm_backend_a.so").string());
}

TEST(FindCandidates, AMissingDirectoryIsRefusedOnlyWhenSomebodyNamedIt) {
  const test::TempDir dir;
  std::vector<Refusal> refusals;
  auto options = bare_options();
  options.environment.home = (dir / "nowhere").string();
  find_candidates(search_path(options), refusals);
  EXPECT_THAT(refusals, IsEmpty());
  options.plugin_path = {(dir / "nowhere").string()};
  find_candidates(search_path(options), refusals);
  ASSERT_THAT(refusals, SizeIs(1));
  EXPECT_EQ(refusals[0].path, (dir / "nowhere").string());
  EXPECT_THAT(refusals[0].reason, HasSubstr("No such file or directory"));
}

TEST(DisabledReason, GlobsMeetFileNameShortNameAndId) {
  auto options = bare_options();
  const std::string path = "/p/libtcm_backend_acme.so";
  EXPECT_FALSE(disabled_reason(options, path, "com.acme.gpu"));
  for (const char* glob : {"libtcm_backend_acme.so", "acme", "ac*", "*"}) {
    options.disable = {glob};
    EXPECT_TRUE(disabled_reason(options, path)) << glob;
  }
  options.disable = {"com.acme.*"};
  EXPECT_FALSE(disabled_reason(options, path)) << "the id is not known yet";
  EXPECT_THAT(disabled_reason(options, path, "com.acme.gpu").value_or(""), HasSubstr("com.acme.*"));
}

TEST(DisabledReason, EnableLeavesOutTheRestAndDisableWins) {
  auto options = bare_options();
  options.enable = {"acme", "org.other"};
  EXPECT_FALSE(disabled_reason(options, "/p/libtcm_backend_acme.so", "com.acme.gpu"));
  EXPECT_FALSE(disabled_reason(options, "/p/libtcm_backend_x.so", "org.other"));
  EXPECT_TRUE(disabled_reason(options, "/p/libtcm_backend_x.so", "org.x"));
  EXPECT_FALSE(disabled_reason(options, "/p/libtcm_backend_x.so")) << "its id may still be enabled";
  options.disable = {"acme"};
  EXPECT_TRUE(disabled_reason(options, "/p/libtcm_backend_acme.so", "com.acme.gpu"));
}

}  // namespace
}  // namespace tcm::backend
