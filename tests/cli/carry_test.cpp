// SPDX-License-Identifier: Apache-2.0
// Entries that leave a cache and come into another: whole, checked, and hits where they arrive.
#include <map>
#include <set>

#include <boost/json.hpp>

#include "core/cache/format/file_names.hpp"
#include "tests/cli/cli_fixture.hpp"
#include "tests/support/tar_builder.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::set<std::string> names_of(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& item : fs::directory_iterator(directory)) names.insert(item.path().filename().string());
  return names;
}

class Carry : public CliTest {
 protected:
  void SetUp() override {
    add_kernels(cache(), 4);
    add_autotune(cache(), 50, "tuned");
    add_empty(cache(), 60);
    add_partial(cache(), 61);
  }

  fs::path other() const { return home_ / "other"; }
  std::string pack(const std::string& name) const { return (home_ / name).string(); }

  void expect_ok(const ProgramResult& result) { EXPECT_EQ(result.exit_code, 0) << result.out << result.err; }

  ProgramResult import(std::vector<std::string> more) {
    more.insert(more.begin(), {"import", "--cache-dir", other().string()});
    return tcm(std::move(more));
  }

  /// Every kernel there hits where it is.
  void expect_hits(const fs::path& root, std::int64_t kernels) {
    const auto report = json({"verify", "--json", "--cache-dir", root.string()});
    EXPECT_EQ(report.at("lookups").at("hit").as_int64(), kernels) << report;
    EXPECT_EQ(report.at("lookups").at("miss").as_int64(), 0) << report;
    EXPECT_EQ(report.at("lookups").at("fail").as_int64(), 0) << report;
  }
};

TEST_F(Carry, WhatIsExportedHitsWhereItIsImported) {
  for (const std::string name : {"x.tar.zst", "x.tar.gz", "x.tar"}) {
    fs::remove_all(other());
    const ProgramResult exported = tcm({"export", pack(name)});
    expect_ok(exported);
    EXPECT_THAT(exported.out, HasSubstr("Exported 5 entries (4 kernels, 1 stored tuning)"));
    expect_ok(import({pack(name)}));
    EXPECT_EQ(names_of(other()).size(), 5U);
    expect_hits(other(), 4);
    EXPECT_FALSE(fs::exists(other() / ".tcm-trash"));
  }
}

TEST_F(Carry, TheSameEntriesMakeTheSameBytesWhereverTheyLie) {
  expect_ok(tcm({"export", pack("a.tar.zst")}));
  fs::create_directories(other());
  expect_ok(import({pack("a.tar.zst")}));
  expect_ok(tcm({"export", "--cache-dir", other().string(), pack("b.tar.zst")}));
  EXPECT_TRUE(read_file(pack("a.tar.zst")) == read_file(pack("b.tar.zst")));
}

TEST_F(Carry, WhatAHitWouldFailOnIsLeftOutAndNamed) {
  const fs::path binary = add_kernel(cache(), {.seed = 80});
  const fs::path text = add_kernel(cache(), {.seed = 81});
  fs::resize_file(binary / "add_kernel.cubin", 900);
  write_file(text / "add_kernel.ttir", "\xff\xfe");
  const ProgramResult result = tcm({"export", "--json", pack("x.tar")});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  const auto report = boost::json::parse(result.out);
  EXPECT_EQ(report.at("exported").at("kernels"), 4);
  std::map<std::string, std::string> reasons;
  for (const auto& entry : report.at("left_out").at("entries").as_array())
    reasons[std::string(entry.at("key").as_string())] = entry.at("reason").as_string();
  EXPECT_EQ(reasons.size(), 2U);
  EXPECT_THAT(reasons[binary.filename().string()], HasSubstr("add_kernel.cubin"));
  EXPECT_EQ(reasons[text.filename().string()], "add_kernel.ttir: not UTF-8");
  // What a slim copy leaves behind harms nobody.
  const auto slim = tcm({"export", "--json", "--drop", "ir,source", pack("slim.tar")});
  EXPECT_EQ(boost::json::parse(slim.out).at("exported").at("kernels"), 5) << slim.out;
}

TEST_F(Carry, AStreamGoesThroughAPipe) {
  const ProgramResult exported = tcm({"export", "-"});
  expect_ok(exported);
  EXPECT_THAT(exported.err, HasSubstr("Exported 5 entries"));
  ProgramRun request;
  request.arguments = {"import", "-", "--cache-dir", other().string()};
  request.environment = environment_;
  request.input = exported.out;
  expect_ok(run_program(TCM_PROGRAM, request));
  expect_hits(other(), 4);
  EXPECT_EQ(tcm_on_terminal(80, {"export", "-"}).exit_code, 2);
}

TEST_F(Carry, APlainTarOfTheExportHitsAtThePlaceItIsFor) {
  expect_ok(tcm({"export", "--for", other().string(), pack("x.tar")}));
  fs::create_directories(other());
  ASSERT_EQ(std::system(("tar -xf " + pack("x.tar") + " -C " + other().string()).c_str()), 0);
  fs::remove(other() / "tcm-manifest.json");
  expect_hits(other(), 4);
}

TEST_F(Carry, ASlimCopyRunsWithoutWhatWasLeftOut) {
  expect_ok(tcm({"export", "--drop", "ir,assembly", pack("slim.tar")}));
  expect_ok(import({pack("slim.tar")}));
  expect_hits(other(), 4);
  for (const auto& file : fs::recursive_directory_iterator(other()))
    EXPECT_THAT((std::set<std::string>{".ttir", ".ttgir", ".llir", ".ptx", ".amdgcn", ".source"}),
                Not(testing::Contains(file.path().extension().string())));
  EXPECT_LT(bytes_below(other()), bytes_below(cache()));
  // The fuller one that is there stays.
  expect_ok(tcm({"import", pack("slim.tar")}));
  expect_hits(cache(), 4);
  EXPECT_GT(bytes_below(cache()), 2 * bytes_below(other()));
}

TEST_F(Carry, AFilterChoosesAndHelperModulesComeAlong) {
  add_module(cache(), 70, "cuda_utils.so");
  auto report = json({"export", "--json", "--dry-run", "--arch", "90", pack("x.tar")});
  EXPECT_EQ(report.at("exported").at("kernels").as_int64(), 1);
  EXPECT_EQ(report.at("exported").at("modules").as_int64(), 1);
  report = json({"export", "--json", "--dry-run", "--arch", "90", "--no-modules", pack("x.tar")});
  EXPECT_EQ(report.at("exported").at("modules").as_int64(), 0);
  EXPECT_FALSE(fs::exists(pack("x.tar")));
}

TEST_F(Carry, SinceLeavesOutWhatThatHas) {
  expect_ok(tcm({"export", pack("first.tar.zst")}));
  KernelSpec more;
  more.seed = 99;
  add_kernel(cache(), more);
  auto report = json({"export", "--json", "--since", pack("first.tar.zst"), pack("second.tar.zst")});
  EXPECT_EQ(report.at("exported").at("entries").as_int64(), 1);
  EXPECT_EQ(report.at("already_in_since").as_int64(), 5);
  expect_ok(import({pack("first.tar.zst"), pack("second.tar.zst")}));
  expect_hits(other(), 5);
}

TEST_F(Carry, WhatIsThereIsNotTakenTwiceAndNeverReplaced) {
  expect_ok(tcm({"export", pack("x.tar")}));
  expect_ok(import({pack("x.tar")}));
  const ProgramResult again = import({pack("x.tar")});
  expect_ok(again);
  EXPECT_THAT(again.out, HasSubstr("5 entries were there already"));

  // Another kernel under the same key.
  KernelSpec different;
  different.seed = 1;
  different.source = kHip942;
  fs::remove_all(other());
  const fs::path entry = add_kernel(other(), different);
  const auto before = names_of(entry);
  const ProgramResult conflict = import({pack("x.tar")});
  EXPECT_EQ(conflict.exit_code, 3) << conflict.out << conflict.err;
  EXPECT_THAT(conflict.out, AllOf(HasSubstr("1 other entry was there and stayed"),
                                  HasSubstr(entry.filename().string().substr(0, 8))));
  EXPECT_EQ(names_of(entry), before);

  expect_ok(import({"--replace", pack("x.tar")}));
  EXPECT_NE(names_of(entry), before);
  expect_hits(other(), 4);
  EXPECT_EQ(names_of(other() / ".tcm-trash").size(), 1U) << "the old one can be restored";
}

TEST_F(Carry, AnEmptyDirectoryThatALookUpLeftIsNoEntry) {
  expect_ok(tcm({"export", pack("x.tar")}));
  for (const std::string& key : names_of(cache())) fs::create_directories(other() / key);
  expect_ok(import({pack("x.tar")}));
  expect_hits(other(), 4);
}

TEST_F(Carry, ADryRunChangesNothing) {
  expect_ok(tcm({"export", pack("x.tar")}));
  const ProgramResult dry = import({"--dry-run", pack("x.tar")});
  expect_ok(dry);
  EXPECT_THAT(dry.out, HasSubstr("Dry run: Imported 5 entries"));
  EXPECT_FALSE(fs::exists(other()));
}

TEST_F(Carry, DirectoriesAreMergedAndFilesShared) {
  const fs::path first = home_ / "rank_0";
  const fs::path second = home_ / "rank_1";
  add_kernels(first, 3);
  add_kernels(second, 2, 4);
  const std::string both = *names_of(first).begin();
  copy_tree(first / both, second / both);
  expect_ok(import({"dir:" + first.string(), "dir:" + second.string()}));
  expect_hits(other(), 5);

  fs::remove_all(other());
  const auto report = json({"import", "--json", "--link", "dir:" + first.string(), "--cache-dir", other().string()});
  EXPECT_GT(report.at("linked_files").as_int64(), 0);
  expect_hits(other(), 3);
  expect_hits(first, 3);
}

TEST_F(Carry, ExportIntoADirectoryIsAnImport) {
  expect_ok(tcm({"export", "dir:" + other().string()}));
  expect_hits(other(), 4);
  EXPECT_EQ(names_of(other()).size(), 5U);
}

TEST_F(Carry, OfStoredTuningsTheOnesThatAreThereStayAndTheOthersAreNamed) {
  const fs::path first = home_ / "rank_0";
  const fs::path second = home_ / "rank_1";
  const fs::path tuned = add_autotune(first, 7, "tuned");
  copy_tree(tuned, second / tuned.filename());
  std::string text = read_file(second / tuned.filename() / "tuned.autotune.json");
  text.replace(text.find("]]"), 2, " ]]");
  write_file(second / tuned.filename() / "tuned.autotune.json", text);
  const ProgramResult merged = import({"dir:" + first.string(), "dir:" + second.string()});
  EXPECT_EQ(merged.exit_code, 3) << merged.out;
  EXPECT_THAT(merged.out, HasSubstr("tuned.autotune.json: other bytes are there"));
  EXPECT_EQ(read_file(other() / tuned.filename() / "tuned.autotune.json"), read_file(tuned / "tuned.autotune.json"));
}

TEST_F(Carry, ACacheOfAFrameworkKeepsItsRoots) {
  const fs::path inductor = make_inductor(home_ / "inductor", 2);
  expect_ok(tcm({"export", "--cache-dir", inductor.string(), pack("x.tar")}));
  expect_ok(import({pack("x.tar")}));
  EXPECT_TRUE(fs::exists(other() / "triton/0"));
  EXPECT_TRUE(fs::exists(other() / "triton/1"));
  expect_hits(other(), 4);
  // Into a root of entries they do not fit.
  EXPECT_EQ(tcm({"import", pack("x.tar")}).exit_code, 2);
}

TEST_F(Carry, APlainTarOfACacheIsReadWithoutAManifest) {
  ASSERT_EQ(std::system(("tar -czf " + pack("plain.tgz") + " -C " + cache().parent_path().string() + " cache").c_str()),
            0);
  const ProgramResult imported = import({pack("plain.tgz")});
  EXPECT_EQ(imported.exit_code, 3) << "the one that was not finished is refused: " << imported.out;
  expect_hits(other(), 4);
}

TEST_F(Carry, NothingOfADamagedPackIsTakenAndNothingIsLeftBehind) {
  expect_ok(tcm({"export", pack("x.tar")}));
  std::string bytes = read_file(pack("x.tar"));
  const std::size_t at = bytes.rfind(".cubin");
  bytes[bytes.rfind("ELF", at) == std::string::npos ? bytes.size() / 2 : bytes.rfind("ELF", at)] ^= 1;
  write_file(pack("bad.tar"), bytes);
  write_file(pack("cut.tar"), bytes.substr(0, bytes.size() / 2));
  const std::string key(kCuda90);
  write_file(pack("up.tar"), TarBuilder().add("../../" + key + "/evil", "x").finish());
  write_file(pack("link.tar"), TarBuilder().add(key, {}, '2', home_.path().string()).add(key + "/evil", "x").finish());
  for (const std::string name : {"bad.tar", "cut.tar", "up.tar", "link.tar"}) {
    SCOPED_TRACE(name);
    const ProgramResult result = import({pack(name)});
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr(name), HasSubstr("nothing of it was taken")));
    EXPECT_THAT(names_of(other()), IsEmpty());
    EXPECT_FALSE(fs::exists(home_ / "evil"));
    EXPECT_FALSE(fs::exists(home_ / key));
  }
}

TEST_F(Carry, WhatWouldFailJobsIsNotTaken) {
  // Of another key, and with a binary that is cut short: no manifest says otherwise.
  const fs::path wrong = home_ / "wrong";
  const fs::path entry = add_kernel(wrong, {});
  fs::resize_file(entry / "add_kernel.cubin", 100);
  const ProgramResult result = import({"dir:" + wrong.string()});
  EXPECT_EQ(result.exit_code, 3) << result.out;
  EXPECT_THAT(result.out, HasSubstr(entry.filename().string().substr(0, 8)));
  EXPECT_THAT(names_of(other()), IsEmpty());
}

TEST_F(Carry, APlaceIsShownWithoutUnpacking) {
  expect_ok(tcm({"export", pack("x.tar.gz")}));
  const ProgramResult shown = tcm({"inspect", pack("x.tar.gz")});
  expect_ok(shown);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("add_kernel"), HasSubstr("5 entries"), HasSubstr("all digests hold")));
  ASSERT_EQ(std::system(("tar -cf " + pack("plain.tar") + " -C " + cache().string() + " .").c_str()), 0);
  for (const std::string& place : {pack("plain.tar"), "dir:" + cache().string(), pack("x.tar.gz")}) {
    const auto answer = json({"inspect", "--json", place});
    int kernels = 0;
    for (const auto& entry : answer.at("entries").as_array())
      kernels +=
          entry.at("kind") == "kernel" && entry.at("name") == "add_kernel" && !entry.at("arch").as_string().empty();
    EXPECT_EQ(kernels, 4) << answer;
  }
  write_file(pack("bad.tar.gz"), read_file(pack("x.tar.gz")) + "more");
  EXPECT_EQ(tcm({"inspect", pack("bad.tar.gz")}).exit_code, 1);
}

TEST_F(Carry, AMegaCacheOfTorchCompileIsShownAndNeverUnpickled) {
  // crc32, version 1, one section "inductor" of one artifact: a key, and a pickle that would end a reader's process.
  const std::string bytes(
      "\x02\x83\xca\xa7\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x0c"
      "\x61\x57\x35\x6b\x64\x57\x4e\x30\x62\x33\x49\x3d\x00\x00\x00\x00\x00\x00\x00\x01"
      "\x00\x00\x00\x00\x00\x00\x00\x08\x5a\x6e\x68\x72\x5a\x58\x6b\x3d\x00\x00\x00\x00"
      "\x00\x00\x00\x14\x63\x70\x6f\x73\x69\x78\x0a\x5f\x65\x78\x69\x74\x0a\x28\x49\x31"
      "\x0a\x74\x52\x2e",
      84);
  write_file(pack("mega.bin"), bytes);
  const ProgramResult shown = tcm({"inspect", pack("mega.bin")});
  expect_ok(shown);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("fxkey"), HasSubstr("1 artifact"), HasSubstr("its checksum holds")));
  const auto answer = json({"inspect", "--json", pack("mega.bin")});
  EXPECT_EQ(answer.at("artifacts").at(0).at("type"), "inductor");
  EXPECT_EQ(answer.at("artifacts").at(0).at("bytes"), 20);
  write_file(pack("short.bin"), bytes.substr(0, bytes.size() - 1));
  const ProgramResult cut = tcm({"inspect", pack("short.bin")});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_THAT(cut.err, AllOf(HasSubstr("short.bin"), HasSubstr("cut short")));
  const ProgramResult taken = import({pack("mega.bin")});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_THAT(taken.err, HasSubstr("load_cache_artifacts"));
}

TEST_F(Carry, WrongWordsAreRefused) {
  EXPECT_EQ(tcm({"export", pack("x.zip")}).exit_code, 2);
  EXPECT_EQ(tcm({"export", "--since", "y.tar", "dir:" + other().string()}).exit_code, 2);
  EXPECT_EQ(tcm({"export", "--for", "relative", pack("x.tar")}).exit_code, 2);
  EXPECT_EQ(tcm({"export", "--json", "-"}).exit_code, 2);
  EXPECT_EQ(import({"--link", pack("x.tar")}).exit_code, 2);
  EXPECT_EQ(import({"-", "-"}).exit_code, 2);
  EXPECT_EQ(import({pack("absent.tar")}).exit_code, 1);
}

}  // namespace
}  // namespace tcm::test
