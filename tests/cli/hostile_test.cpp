// SPDX-License-Identifier: Apache-2.0
// Caches made to exhaust memory, and secrets in the wrong place.
#include <fstream>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class HostileCache : public CliTest {
 protected:
  /// The program with so little memory that what is not bounded ends it.
  ProgramResult tcm_in(unsigned mebibytes, const std::string& arguments) {
    ProgramRun request;
    request.arguments = {"-c", "ulimit -v " + std::to_string(mebibytes * 1024) + "; exec " TCM_PROGRAM " " + arguments};
    request.environment = environment_;
    return run_program("/bin/sh", request);
  }

  fs::path entry(unsigned seed) const { return cache() / make_key(seed); }

  /// Kernels k0, k1 … whose groups, and whose metadata, are one file each.
  void add_kernels_of(const fs::path& entry, const fs::path& group, const fs::path& metadata, int count) {
    fs::create_directories(entry);
    for (int i = 0; i < count; ++i) {
      const std::string name = "k" + std::to_string(i) + ".json";
      fs::create_hard_link(group, entry / ("__grp__" + name));
      fs::create_hard_link(metadata, entry / name);
    }
  }
};

TEST_F(HostileCache, IsIndexedInBoundedMemory) {
  const std::string target = R"({"target":{"backend":"cuda","arch":90,"warp_size":32},"name":"k","hash":"x","pad":")";
  write_file(home_ / "metadata", target + std::string(1'000'000, 'x') + "\"}");
  write_file(home_ / "large", target + std::string(15'000'000, 'x') + "\"}");
  write_file(home_ / "group", R"({"child_paths":["x.cubin"]})");
  std::string names = R"({"child_paths":["n0")";
  for (int i = 1; i < 65536; ++i) names += ",\"n" + std::to_string(i) + '"';
  write_file(home_ / "names", names + "]}");
  std::string some = R"({"child_paths":["n0")";
  for (int i = 1; i < 4000; ++i) some += ",\"n" + std::to_string(i) + '"';
  write_file(home_ / "some", some + "]}");
  for (unsigned seed = 1; seed <= 6; ++seed) add_kernels_of(entry(seed), home_ / "group", home_ / "metadata", 250);
  add_kernels_of(entry(7), home_ / "group", home_ / "large", 100);
  add_kernels_of(entry(8), home_ / "names", home_ / "group", 150);
  add_kernels_of(entry(9), home_ / "some", home_ / "group", 400);
  fs::create_directories(entry(10));
  for (int i = 0; i < 5000; ++i) std::ofstream(entry(10) / std::to_string(i));
  for (unsigned seed = 11; seed <= 14; ++seed) {
    const fs::path kernel = add_kernel(cache(), {.seed = seed});
    fs::resize_file(kernel / "add_kernel.cubin", 200U << 20);
  }
  add_kernel(cache(), {.seed = 15});
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const ProgramResult result = tcm({"index", "--jobs", "2"});
#else
  const ProgramResult result = tcm_in(1024, "index --jobs 2");
#endif
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("memory")));
  EXPECT_LT(fs::file_size(database()), 64U << 20);
  const auto list = json({"list", "--kind", "all", "--key", make_key(15), "-o", "json"});
  EXPECT_EQ(list.at("kernels").as_array().size(), 1U);
}

TEST_F(HostileCache, AnEntryWithTooManyFilesIsNamedAndLeftAlone) {
  fs::create_directories(entry(1));
  for (int i = 0; i < 5000; ++i) std::ofstream(entry(1) / std::to_string(i)).put('x');
  const ProgramResult result = tcm({"index"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("more files than an entry has"));
  EXPECT_THAT(tcm({"index", "-v"}).err, HasSubstr("more than 4096 files"));
  EXPECT_EQ(tcm({"prune", "--full", "--all", "--kind", "all", "--grace", "0s", "-y"}).exit_code, 3);
  EXPECT_EQ(tcm({"prune", "--leftovers", "--grace", "0s", "-y"}).exit_code, 3);
  EXPECT_TRUE(fs::exists(entry(1) / "4999"));
}

TEST_F(HostileCache, APluginThatEndsTheProgramMakesItFail) {
  add_kernel(cache(), {.seed = 1});
  for (const char* name : {"exits", "quick_exits"}) {
    const fs::path plugins = home_ / name;
    fs::create_directories(plugins);
    fs::copy_file(std::string(TCM_TEST_PLUGIN_DIR "/") + name + ".so", plugins / "libtcm_backend_test.so");
    environment_["TCM_PLUGIN_PATH"] = plugins.string();
    const ProgramResult result = tcm({"index"});
    EXPECT_EQ(result.exit_code, 1) << name;
    EXPECT_THAT(result.err, HasSubstr("ended the program early")) << name;
  }
}

/// What a group may say: of absolute paths, of paths that lead out, of more than any name holds, of bytes that end a
/// name early.
std::string hostile_group() {
  const std::string children = R"("marker-name.cubin": "/marker-absolute/KEY/marker-name.cubin",)"
                               R"("../marker-up": "/marker-root/../marker-dots/x",)"
                               R"("/marker-as-a-name": "marker-relative/x",)"
                               R"("sub/marker-below": "/proc/self/root/marker-proc",)"
                               R"("marker\u0000nul": "/marker-nul\u0000/x",)"
                               R"("add_kernel.json": "/marker-metadata/add_kernel.json",)"
                               R"("add_kernel.cubin": "//marker-double//add_kernel.cubin",)";
  return "{\"child_paths\": {" + children + "\"" + std::string(5000, 'm') + "arker-long\": \"/" +
         std::string(5000, 'm') + "arker-long\"}}";
}

// What SECURITY.md promises of the paths in groups, to the letter: none of them, and no name, is even asked about.
TEST_F(HostileCache, NothingThatAGroupNamesReachesTheSystem) {
  if (!fs::exists("/usr/bin/strace")) GTEST_SKIP() << "strace is not installed";
  add_kernels(cache(), 2);
  const std::string key = make_key(1);
  write_file(cache() / key / "__grp__add_kernel.json", hostile_group());
  add_entry(cache(), make_key(7), {{"__grp__lonely.json", hostile_group()}});
  add_entry(cache(), make_key(8), {{"__grp__list.json", R"({"child_paths": ["/marker-of-a-list", "marker-item"]})"}});
  set_tree_age(cache(), std::chrono::hours(1));
  for (const std::vector<std::string>& command : {std::vector<std::string>{"index", "--full-rescan"},
                                                  {"list", "--kind", "all"},
                                                  {"show", key},
                                                  {"stats"},
                                                  {"verify"},
                                                  {"verify", "--as-seen-at", "/seen"},
                                                  {"repair", "--dry-run"},
                                                  {"relocate", "--dry-run"},
                                                  {"prune", "--dry-run"},
                                                  {"prune", "--full", "--all", "--kind", "all", "--dry-run"},
                                                  {"prune", "--deduplicate", "--dry-run"},
                                                  {"prune", "-y"}}) {
    ProgramRun run;
    run.environment = environment_;
    run.arguments = {"-f", "-s", "20000", "-e", "trace=%file", "-o", (home_ / "trace").string(), TCM_PROGRAM};
    run.arguments.insert(run.arguments.end(), command.begin(), command.end());
    const ProgramResult result = run_program("/usr/bin/strace", run);
    const std::string trace = fs::exists(home_ / "trace") ? read_file(home_ / "trace") : std::string();
    if (trace.find("openat") == std::string::npos)
      GTEST_SKIP() << "this machine does not let strace work: " << result.err;
    EXPECT_LT(result.exit_code, 128) << command.front() << ": " << result.err;
    EXPECT_NE(result.exit_code, 2) << command.front() << ": " << result.err;
    for (const std::string& line : lines_of(trace))
      EXPECT_THAT(line, Not(HasSubstr("arker-"))) << command.front() << " " << command.back();
    if (command.front() == "index") {
      EXPECT_THAT(trace, HasSubstr("__grp__lonely.json")) << "the groups are read";
    }
  }
}

// People paste URLs into the wrong place; what is wrong with that is said without the password.
TEST_F(HostileCache, APasswordShowsInNoMessage) {
  const std::string url = "postgresql://u:geheim@127.0.0.1:1/d";
  write_file(home_ / "section.toml", "[\"" + url + "\"]\nx = 1\n");
  write_file(home_ / "host.toml", "host = \"" + url + "\"\ncache_dir = [\"" + url + "\"]\n");
  const auto check = [](const ProgramResult& result, const std::string& what) {
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("geheim"))) << what;
    EXPECT_FALSE((result.out + result.err).empty()) << what;
  };
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"db", "copy", url},
                                                    {"list", url},
                                                    {"index", url},
                                                    {"config", "set", url, "x"},
                                                    {"config", "get", url},
                                                    {"db", "import-legacy", url},
                                                    {"index", "--cache-dir", url},
                                                    {"list", "--" + url},
                                                    {"--log-file", url + "/x", "config", "show"},
                                                    {"rm", url},
                                                    {"list", "--where", url + " = 1"}})
    check(tcm(arguments), arguments.front() + " " + arguments.back());
  for (const char* file : {"section.toml", "host.toml"}) {
    write_file(home_ / ".config/tcm/config.toml", read_file(home_ / file));
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"config", "show"}, {"config", "show", "-o", "json"}, {"-vv", "config", "show"}})
      check(tcm(arguments), file + arguments.back());
  }
}

}  // namespace
}  // namespace tcm::test
