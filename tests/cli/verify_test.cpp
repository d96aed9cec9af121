// SPDX-License-Identifier: Apache-2.0
// `tcm verify`, end to end.
#include <filesystem>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class VerifyCommand : public CliTest {
 protected:
  fs::path broken() {
    const fs::path entry = add_kernel(cache());
    write_file(entry / "__grp__add_kernel.json", "");
    return entry;
  }
};

TEST_F(VerifyCommand, AWholeCacheIsExitCodeZero) {
  add_kernels(cache(), 3);
  const ProgramResult result = tcm({"verify"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "Checked 3 entries in 1 root: look-ups come to 3 hits, 0 misses and 0 failures.\nNothing is wrong.\n");
}

TEST_F(VerifyCommand, AnErrorIsExitCodeFourAndNamesTheCure) {
  broken();
  const ProgramResult result = tcm({"verify", "--level", "quick", "--cache-dir", cache().string()});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("group-unreadable"));
  EXPECT_THAT(result.out, HasSubstr("To mend: tcm repair --level quick --cache-dir " + cache().string() + "\n"));
}

TEST_F(VerifyCommand, WhatTheReleaseHealsIsNone) {
  broken();
  EXPECT_EQ(tcm({"verify", "--triton", "3.6"}).exit_code, 4);
  EXPECT_EQ(tcm({"verify", "--triton", "3.7"}).exit_code, 0);
}

TEST_F(VerifyCommand, NothingIsWritten) {
  const fs::path entry = broken();
  EXPECT_EQ(tcm({"verify"}).exit_code, 4);
  EXPECT_FALSE(fs::exists(database()));
  EXPECT_EQ(tcm({"index"}).exit_code, 3);
  const std::string before = read_file(database());
  EXPECT_EQ(tcm({"verify", "--kind", "broken"}).exit_code, 4);
  EXPECT_EQ(read_file(database()), before);
  EXPECT_EQ(read_file(entry / "__grp__add_kernel.json"), "");
}

TEST_F(VerifyCommand, JsonHasEveryFinding) {
  KernelSpec moved;
  moved.seed = 2;
  moved.group_root = "/was/here";
  add_kernel(cache(), moved);
  const auto document = json({"verify", "-o", "json"});
  EXPECT_EQ(document.at("schema"), 1);
  EXPECT_EQ(document.at("warnings"), 1);
  EXPECT_EQ(document.at("lookups").at("miss"), 1);
  const auto& finding = document.at("findings").at(0);
  EXPECT_EQ(finding.at("id"), "paths-elsewhere");
  EXPECT_EQ(finding.at("detail"), "/was/here");
  EXPECT_EQ(finding.at("repair"), "rewrite-paths");
  EXPECT_EQ(lines_of(tcm({"verify", "-o", "jsonl"}).out).size(), 1U);
  EXPECT_EQ(json({"verify", "--as-seen-at", "/was/here", "-o", "json"}).at("lookups").at("hit"), 1);
  EXPECT_THAT(tcm({"verify", "--as-seen-at", "/new place"}).out,
              HasSubstr("To mend: tcm relocate --to '/new place'\n"));
}

TEST_F(VerifyCommand, ASlashAtTheEndOfAPlaceSaysNothing) {
  add_kernel(cache(), {.group_root = "/mnt/c"});
  for (const char* place : {"/mnt/c", "/mnt/c/", "/mnt//x/../c/"})
    EXPECT_THAT(tcm({"verify", "--as-seen-at", place}).out, HasSubstr("1 hit,")) << place;
  EXPECT_EQ(tcm({"verify", "--as-seen-at", "mnt"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "--triton", "3.6xyz"}).exit_code, 2);
}

TEST_F(VerifyCommand, OthersMayAddToAStickyCache) {
  add_kernel(cache());
  fs::permissions(cache(), fs::perms(01777));
  EXPECT_THAT(tcm({"verify", "--trust"}).out, HasSubstr("trust-writable"));
}

TEST_F(VerifyCommand, SettingsSilenceFindings) {
  broken();
  environment_["TCM_VERIFY_IGNORE"] = "group-unreadable, partial";
  const ProgramResult result = tcm({"verify"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("1 ignored"));
  environment_["TCM_VERIFY_IGNORE"] = "no-such-finding";
  const ProgramResult wrong = tcm({"verify"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("verify.ignore (env TCM_VERIFY_IGNORE): 'no-such-finding' is not one of"));
}

TEST_F(VerifyCommand, ManyOfOneKindAreCut) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) add_partial(cache(), seed);
  EXPECT_THAT(tcm({"verify"}).out, HasSubstr("… and 5 more partial; -v shows all\n"));
  EXPECT_THAT(tcm({"verify", "-v"}).out, Not(HasSubstr("more partial")));
}

TEST_F(VerifyCommand, DeepSaysHowManyHaveNoDigestAndWhatRecordsThem) {
  add_kernels(cache(), 2);
  EXPECT_THAT(tcm({"verify", "--deep"}).out,
              HasSubstr("2 files have no recorded digest; `tcm index --digests` records them.\n"));
  EXPECT_EQ(json({"index", "--digests", "--json"}).at("roots").at(0).at("digests"), 2);
  EXPECT_THAT(tcm({"verify", "--level", "deep"}).out, Not(HasSubstr("recorded")));
  const auto document = json({"verify", "--deep", "-o", "json"});
  EXPECT_EQ(document.at("level"), "deep");
  EXPECT_EQ(document.at("unrecorded"), 0);
  EXPECT_EQ(tcm({"verify", "--deep", "--quick"}).exit_code, 2);
}

TEST_F(VerifyCommand, KernelsOfTriton20AreNotJudged) {
  add_triton20_kernel(cache(), 1);
  const ProgramResult result = tcm({"verify"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("Not judged: 1 kernel of Triton 2.0, which wrote no groups.\n"));
}

// Nothing is left out in silence.
TEST_F(VerifyCommand, AFilterSaysWhichRootsTheIndexDoesNotKnow) {
  add_kernels(cache(), 1);
  EXPECT_EQ(tcm({"index"}).exit_code, 0);
  const fs::path other = home_ / "other";
  add_kernel(other, {.seed = 5, .name = "wanted"});
  const ProgramResult nothing = tcm({"verify", "--name", "wanted", "--cache-dir", other.string()});
  EXPECT_EQ(nothing.exit_code, 6);
  EXPECT_THAT(nothing.err, HasSubstr("run `tcm index --cache-dir " + other.string() + "` first"));
  const ProgramResult some =
      tcm({"verify", "--name", "wanted", "--cache-dir", other.string(), "--cache-dir", cache().string()});
  EXPECT_EQ(some.exit_code, 3);
  EXPECT_THAT(some.err, HasSubstr(other.string() + ": not checked"));
}

TEST_F(VerifyCommand, ABinaryThatIsTooLargeToReadIsToldAsUnchecked) {
  const fs::path entry = add_kernel(cache());
  fs::resize_file(entry / "add_kernel.cubin", (std::uintmax_t{256} << 20) + 1);
  const ProgramResult result = tcm({"verify"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("unchecked"));
  EXPECT_THAT(tcm({"verify", "-o", "jsonl"}).out, HasSubstr("268435457 bytes, not read"));
}

TEST_F(VerifyCommand, MetadataWithNumbersThatJsonHasNotIsAKernelForIndexAndVerify) {
  add_kernel(cache(), {.set = {{"/num_stages", "\"@\""}}});
  const fs::path file = cache() / make_key(1) / "add_kernel.json";
  std::string text = read_file(file);
  const std::size_t at = text.find("\"@\"");
  ASSERT_NE(at, std::string::npos);
  write_file(file, text.replace(at, 3, "NaN"));
  EXPECT_EQ(json({"index", "--json"}).at("roots").at(0).at("broken"), 0);
  EXPECT_THAT(tcm({"verify"}).out, HasSubstr("1 hit,"));
  EXPECT_THAT(tcm({"show", make_key(1)}).out, HasSubstr("num_stages"));
  EXPECT_EQ(tcm({"list", "--where", "shared>=0", "-q"}).exit_code, 0);
}

TEST_F(VerifyCommand, WrongUsage) {
  add_kernels(cache(), 1);
  EXPECT_EQ(tcm({"verify", "--level", "deepest"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "--triton", "new"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "--triton", "1.0"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "--as-seen-at", "cache"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "--cache-dir", (home_ / "none").string()}).exit_code, 6);
  EXPECT_EQ(tcm({"verify", "--name", "x"}).exit_code, 6);  // no index that could be asked
}

}  // namespace
}  // namespace tcm::test
