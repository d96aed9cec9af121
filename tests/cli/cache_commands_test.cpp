// SPDX-License-Identifier: Apache-2.0
// What the commands find and say, end to end.
#include <filesystem>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CacheCommands : public CliTest {};

TEST_F(CacheCommands, IndexTellsWhatChangedInJson) {
  add_kernels(cache(), 8);
  const auto first = json({"index", "--json"});
  EXPECT_EQ(first.at("schema"), 1);
  EXPECT_EQ(first.at("before"), 0);
  EXPECT_EQ(first.at("now"), 8);
  const auto& root = first.at("roots").at(0);
  EXPECT_EQ(root.at("path").as_string(), cache().string());
  EXPECT_EQ(root.at("layout"), "triton");
  EXPECT_EQ(root.at("kernels"), 8);
  EXPECT_EQ(root.at("new"), 8);
  EXPECT_EQ(root.at("skipped"), 0);
  EXPECT_TRUE(root.at("skip_reasons").as_object().empty());

  fs::remove_all(cache() / make_key(1));
  const auto second = json({"index", "--json"});
  EXPECT_EQ(second.at("before"), 8);
  EXPECT_EQ(second.at("now"), 7);
  EXPECT_EQ(second.at("roots").at(0).at("gone"), 1);
  EXPECT_EQ(second.at("roots").at(0).at("unchanged"), 7);
}

// Triton's own variables say where the cache is.
TEST_F(CacheCommands, TheDefaultDirectoryIsWhereTritonWouldLook) {
  const fs::path elsewhere = home_ / "scratch";
  add_kernels(elsewhere, 2);
  add_kernels(home_ / "triton_home" / ".triton" / "cache", 3);
  environment_["TRITON_HOME"] = (home_ / "triton_home").string();
  EXPECT_EQ(json({"index", "--json"}).at("now"), 3);
  environment_["TRITON_CACHE_DIR"] = elsewhere.string();
  EXPECT_EQ(json({"index", "--json"}).at("now"), 5);
}

TEST_F(CacheCommands, TheWorkingDirectoryDoesNotMatter) {
  add_kernels(cache(), 3);
  directory_ = home_.path().string();
  EXPECT_EQ(json({"index", "--cache-dir", ".triton/cache", "--json"}).at("now"), 3);
  directory_ = cache().string();
  const auto again = json({"index", "--cache-dir", ".", "--json"});
  EXPECT_EQ(again.at("now"), 3);
  EXPECT_EQ(again.at("roots").at(0).at("unchanged"), 3);
}

TEST_F(CacheCommands, ListHasEveryDocumentedField) {
  add_kernels(cache(), 4);
  tcm({"index"});
  const auto list = json({"list", "--json", "--limit", "3"});
  EXPECT_EQ(list.at("schema"), 1);
  EXPECT_EQ(list.at("total"), 4);
  ASSERT_EQ(list.at("kernels").as_array().size(), 3U);
  for (const char* field : {"key", "name", "backend", "arch", "triton_version", "num_warps", "num_stages", "num_ctas",
                            "warp_size", "shared_bytes", "total_bytes", "ir_bytes", "assembly_bytes", "binary_bytes",
                            "file_count", "modified", "root", "layout", "kind"})
    EXPECT_TRUE(list.at("kernels").at(0).as_object().contains(field)) << field;
}

TEST_F(CacheCommands, ShowHasMetadataFilesAndResources) {
  add_kernel(cache());
  tcm({"index"});
  const auto shown = json({"show", make_key(1).substr(0, 10), "--json"});
  EXPECT_EQ(shown.at("metadata").at("target").at("arch"), 90);
  EXPECT_EQ(shown.at("files").as_array().size(), 8U);
  EXPECT_TRUE(shown.at("resources").is_object());
  EXPECT_EQ(shown.at("arch_name"), "sm_90");
  std::uint64_t bytes = 0;
  for (const auto& file : shown.at("files").as_array()) bytes += file.at("bytes").to_number<std::uint64_t>();
  EXPECT_EQ(bytes, shown.at("total_bytes").to_number<std::uint64_t>());
  EXPECT_EQ(bytes, bytes_below(cache()));
}

// A key that is cut cannot be given to another command.
TEST_F(CacheCommands, AKeyIsShownWholeAndMayBeTypedInPart) {
  add_kernels(cache(), 2);
  tcm({"index"});
  EXPECT_EQ(lines_of(tcm({"list", "-q"}).out).size(), 2U);
  EXPECT_THAT(tcm({"list", "-q", "--key", make_key(2).substr(0, 6)}).out, testing::StrEq(make_key(2) + "\n"));
  EXPECT_THAT(tcm({"show", make_key(2).substr(0, 12)}).out, HasSubstr(make_key(2)));
}

TEST_F(CacheCommands, StatsSumUpByWhatIsAskedFor) {
  add_kernels(cache(), 8);
  add_module(cache(), 50, "helper.so");
  tcm({"index"});
  const auto stats = json({"stats", "--by", "backend,arch", "--kind", "kernel", "--top", "2", "--json"});
  EXPECT_EQ(stats.at("groups").as_array().size(), 4U);
  EXPECT_EQ(stats.at("total").at("kernels"), 8);
  EXPECT_EQ(stats.at("top").as_array().size(), 2U);
  const auto kinds = json({"stats", "--json"});
  EXPECT_EQ(kinds.at("total").at("entries"), 9);
  EXPECT_EQ(kinds.at("total").at("bytes").to_number<std::uint64_t>(), bytes_below(cache()));
}

TEST_F(CacheCommands, LayoutsAreFoundByShapeOrByWord) {
  make_vllm(home_ / "vllm", 2);
  const auto found = json({"index", "--json", "--cache-dir", (home_ / "vllm").string()});
  for (const auto& root : found.at("roots").as_array()) EXPECT_EQ(root.at("layout"), "vllm");
  EXPECT_EQ(found.at("now"), 8);
  add_kernels(cache(), 1);
  const ProgramResult wrong = tcm({"index", "--layout", "vllm"});
  EXPECT_EQ(wrong.exit_code, 6);
  EXPECT_THAT(wrong.err, HasSubstr("not a vLLM cache"));
}

TEST_F(CacheCommands, WhatAKernelCostsIsShownFilteredAndListed) {
  add_kernels(cache(), 4);
  tcm({"index"});
  const auto list =
      json({"list", "--json", "--where", "registers >= 1 and num_warps = 4", "--columns", "key,registers"});
  ASSERT_EQ(list.at("total"), 2);
  const auto& kernel = list.at("kernels").at(0).as_object();
  const auto registers = kernel.at("fields").at("registers").to_number<std::int64_t>();
  EXPECT_GT(registers, 0);
  const std::string key(kernel.at("key").as_string());
  const auto shown = json({"show", key, "--json"});
  EXPECT_EQ(shown.at("resources").at("registers"), registers);
  EXPECT_EQ(shown.at("resource_units").at("stack_bytes"), "bytes");
  EXPECT_THAT(tcm({"show", key}).out, HasSubstr("registers"));
  EXPECT_EQ(lines_of(tcm({"list", "--columns", "name,registers", "-o", "csv"}).out).at(0), "name,registers");
  EXPECT_EQ(tcm({"list", "--where", "registers >"}).exit_code, 2);
  EXPECT_THAT(tcm({"list", "--columns", "regsters"}).err, HasSubstr("did you mean registers?"));
}

// The same statement that anyone can check with strace: a second run opens nothing inside an entry.
TEST_F(CacheCommands, ASecondRunOpensNoFileOfAnyEntry) {
  add_kernels(cache(), 5);
  let_settle();
  tcm({"index"});
  if (!fs::exists("/usr/bin/strace")) GTEST_SKIP() << "strace is not installed";
  ProgramRun run;
  run.environment = environment_;
  run.arguments = {"-f", "-e", "trace=open,openat,openat2", "-o", (home_ / "trace").string(), TCM_PROGRAM, "index"};
  const ProgramResult result = run_program("/usr/bin/strace", run);
  const std::string trace = fs::exists(home_ / "trace") ? read_file(home_ / "trace") : std::string();
  if (trace.find("openat") == std::string::npos)
    GTEST_SKIP() << "this machine does not let strace work: " << result.err;
  EXPECT_THAT(trace, HasSubstr(".triton/cache"));
  EXPECT_THAT(trace, Not(HasSubstr("add_kernel")));
  EXPECT_THAT(trace, Not(HasSubstr(make_key(1))));
}

TEST_F(CacheCommands, PluginsSayWhatWasLoadedAndRefused) {
  const auto plugins = json({"plugins", "-o", "json"});
  ASSERT_EQ(plugins.at("plugins").as_array().size(), 2U);
  EXPECT_EQ(plugins.at("plugins").at(0).at("id"), "org.tcm.cuda");
  EXPECT_EQ(plugins.at("plugins").at(1).at("targets").at(0).at("name"), "hip");

  const fs::path bad = home_ / "plugins";
  write_file(bad / "libtcm_backend_text.so", "not an object");
  const auto refused = json({"--plugin-path", bad.string(), "plugins", "--json"});
  EXPECT_TRUE(refused.at("plugins").as_array().empty());
  ASSERT_EQ(refused.at("refused").as_array().size(), 1U);
  EXPECT_EQ(refused.at("refused").at(0).at("path").as_string(), (bad / "libtcm_backend_text.so").string());
  EXPECT_FALSE(refused.at("refused").at(0).at("reason").as_string().empty());
  EXPECT_THAT(tcm({"--plugin-path", bad.string(), "plugins"}).out, HasSubstr("libtcm_backend_text.so"));
}

TEST_F(CacheCommands, WithoutPluginsEverythingIsStillIndexed) {
  add_kernels(cache(), 4);
  EXPECT_EQ(json({"index", "--json", "--no-plugins"}).at("now"), 4);
  const auto list = json({"list", "--json", "--no-plugins", "-b", "hip"});
  EXPECT_EQ(list.at("total"), 2);
  for (const auto& kernel : list.at("kernels").as_array()) EXPECT_EQ(kernel.at("binary_bytes"), 0);
}

}  // namespace
}  // namespace tcm::test
