// SPDX-License-Identifier: Apache-2.0
// What is packed is read back as it was, and nothing else is: an archive is somebody else's until every byte of it was
// looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cache/pack/manifest_spool.hpp"
#include "core/cache/pack/member_path.hpp"
#include "tests/cache/pack/packing.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kA = kKeyA;
const std::string kB = kKeyB;

/// A pack of two entries with its manifest.
struct Pack {
  std::string manifest =
      manifest_of({entry_of(kA, {{"a.bin", "one"}, {"a.json", "{}"}}), entry_of(kB, {{"b.bin", "two"}})});

  TarBuilder begin() const {
    TarBuilder tar;
    tar.add(cache::kManifestName, manifest);
    return tar;
  }
  TarBuilder whole() const {
    TarBuilder tar = begin();
    tar.add(kA + "/", {}, '5').add(kA + "/a.bin", "one").add(kA + "/a.json", "{}").add(kB + "/b.bin", "two");
    return tar;
  }
};

std::string written(cache::Compression compression, unsigned threads) {
  std::string bytes;
  auto writer = cache::ArchiveWriter::open(compression, threads, [&bytes](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  });
  const std::string long_name = kA + "/" + std::string(150, 'n') + ".bin";
  const std::string content(3'000'000, 'x');
  EXPECT_TRUE(writer->add_directory(kA));
  EXPECT_TRUE(writer->begin_file(long_name, content.size()));
  EXPECT_TRUE(writer->write(content));
  EXPECT_TRUE(writer->begin_file(kB + "/ä.json", 2));
  EXPECT_TRUE(writer->write("{}"));
  EXPECT_TRUE(writer->close());
  return bytes;
}

TEST(Pack, ReadsBackWhatItWroteHoweverItIsCompressed) {
  for (const auto compression : {cache::Compression::none, cache::Compression::gzip, cache::Compression::zstd}) {
    Recorder to;
    EXPECT_EQ(error_of(written(compression, 1), to), "");
    EXPECT_EQ(to.files.size(), 2U);
    EXPECT_EQ(to.files[kA + "/" + std::string(150, 'n') + ".bin"], std::string(3'000'000, 'x'));
    EXPECT_EQ(to.files[kB + "/ä.json"], "{}");
  }
}

TEST(Pack, TheSameMembersMakeTheSameBytesWithAnyNumberOfThreads) {
  EXPECT_EQ(written(cache::Compression::zstd, 1), written(cache::Compression::zstd, 3));
  EXPECT_EQ(written(cache::Compression::gzip, 1), written(cache::Compression::gzip, 1));
}

TEST(Pack, HoldsAPackAgainstItsManifest) {
  Recorder to;
  EXPECT_EQ(error_of(Pack().whole().finish(), to), "");
  EXPECT_EQ(to.files.size(), 3U);
  EXPECT_EQ(to.files[kB + "/b.bin"], "two");
}

TEST(Pack, SaysWhichEntriesTheManifestNamesInVain) {
  Recorder to;
  TarBuilder tar = Pack().begin();
  const std::string bytes = tar.add(kB + "/b.bin", "two").finish();
  const auto read = cache::read_pack(source_of(bytes), to);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->absent_total, 1U);
  EXPECT_THAT(read->absent, testing::ElementsAre(kA));
}

TEST(Pack, ReadsAnyTarOfACacheLiberally) {
  TarBuilder tar;
  tar.add("./", {}, '5').add("./" + kA + "/", {}, '5').add("./" + kA + "/k.json", "{}");
  tar.add("home/me/cache/" + kB + "/b.json", "{}");
  tar.add("inductor/triton/0/" + kA + "/c.json", "{}");
  tar.add("README", "text").add("inductor/fxgraph/ab/abc/entry", "pickle");
  Recorder to;
  const std::string bytes = tar.finish();
  const auto read = cache::read_pack(source_of(bytes), to);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->manifest);
  EXPECT_EQ(read->other_files, 2U);
  EXPECT_TRUE(to.files.contains(kA + "/k.json"));
  EXPECT_TRUE(to.files.contains(kB + "/b.json"));
  EXPECT_TRUE(to.files.contains("inductor/triton/0/" + kA + "/c.json"));
}

struct Hostile {
  const char* name;
  std::string bytes;
  const char* reason;
};

class PackHostile : public testing::TestWithParam<Hostile> {};

TEST_P(PackHostile, IsRefusedWithAReason) {
  const std::string error = error_of(GetParam().bytes);
  EXPECT_FALSE(error.empty());
  EXPECT_THAT(error, HasSubstr(GetParam().reason));
}

std::string with(TarBuilder tar) { return tar.finish(); }

std::vector<Hostile> hostile_packs() {
  const auto in = [](const std::string& path, char type = '0', const std::string& target = {}) {
    return with(TarBuilder().add(path, {}, type, target));
  };
  const Pack pack;
  const std::string whole = pack.whole().finish();
  std::string flipped = whole;
  flipped[flipped.find("one")] = 'O';
  return {
      {"parent", in("../" + kA + "/x"), "leads out"},
      {"parentInside", in(kA + "/../../x"), "leads out"},
      {"parentAtTheEnd", in(kA + "/..", '5'), "leads out"},
      {"absolute", in("/" + kA + "/x"), "an absolute path"},
      {"symbolicLink", in(kA + "/x", '2', "/etc/passwd"), "a symbolic link"},
      {"fileThroughALink", with(TarBuilder().add(kA, {}, '2', "/tmp").add(kA + "/x", "y")), "a symbolic link"},
      {"hardLinkOut", in(kA + "/x", '1', "/etc/passwd"), "a hard link"},
      {"directoryReplacedByALink", with(TarBuilder().add(kA + "/", {}, '5').add(kA, {}, '2', "/tmp")),
       "a symbolic link"},
      {"characterDevice", in(kA + "/x", '3'), "a device"},
      {"blockDevice", in(kA + "/x", '4'), "a device"},
      {"pipe", in(kA + "/x", '6'), "a pipe"},
      {"whiteout", in(kA + "/.wh.x"), "something is gone"},
      {"newlineInAName", in(kA + "/a\nb"), "a name that no file"},
      {"longName", in(kA + "/" + std::string(300, 'n')), "a name that no file"},
      {"longPath", in(std::string(5000, 'n')), ""},
      {"deep", in("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u"), "nested too deeply"},
      {"hugeFile", with(TarBuilder().add(kA + "/x", {}, '0', {}, 07777777777LL)), "bytes"},
      {"sparse",
       with(TarBuilder().add_pax("GNU.sparse.map", "0,1").add_pax("GNU.sparse.size", "1073741824").add(kA + "/x", "y")),
       ""},
      {"twice", with(TarBuilder().add(kA + "/x", "1").add(kA + "/x", "2")), "comes twice"},
      {"undeclared", with(pack.whole().add(kB + "/more", "x")), "not what the manifest names next"},
      {"undeclaredEntry", with(pack.whole().add(std::string(52, 'C') + "/x", "x")), "not what the manifest names next"},
      {"declaredTwice", with(pack.whole().add(kB + "/b.bin", "two")), "not what the manifest names next"},
      {"outOfOrder", with(pack.begin().add(kB + "/b.bin", "two").add(kA + "/a.bin", "one")),
       "not what the manifest names"},
      {"fileMissing", with(pack.begin().add(kA + "/a.bin", "one")), "it is not there"},
      {"otherBytes", flipped, "not the bytes that the manifest says"},
      {"otherSize", with(pack.begin().add(kA + "/a.bin", "oneone")), "6 bytes, where the manifest says 3"},
      {"cutInAFile", whole.substr(0, whole.find("one") + 1), "runcated"},
      {"cutAtAMember", pack.whole().without_end(), "cut short"},
      {"trailingGarbage", whole + "garbage", "follows the end"},
      {"anotherArchiveBehind", whole + whole, "follows the end"},
      {"empty", "", "empty"},
      {"noArchive", std::string(2000, 'x'), "nrecognized"},
      {"manifestOfAnotherVersion",
       with(TarBuilder().add(cache::kManifestName, "{\"tcm_manifest\":9,\"entries\":[\n]}\n")), "version 9"},
      {"manifestWithAPath", with(TarBuilder().add(cache::kManifestName, manifest_of({entry_of(kA, {{"../x", "y"}})}))),
       "no name that a file can have"},
      {"manifestOutOfOrder",
       with(TarBuilder().add(cache::kManifestName,
                             manifest_of({entry_of(kB, {{"x", "y"}}), entry_of(kA, {{"x", "y"}})}))),
       "out of order"},
      {"manifestCut", with(TarBuilder().add(cache::kManifestName, pack.manifest.substr(0, pack.manifest.size() - 4))),
       "cut short"},
      {"manifestNoJson",
       with(TarBuilder().add(cache::kManifestName,
                             "{\"tcm_manifest\":1,\"layout\":\"triton\",\"path\":\"\",\"entries\":[\n{\"key\"\n]}\n")),
       "no JSON"},
      {"manifestOfEndlessDepth",
       with(TarBuilder().add(cache::kManifestName,
                             "{\"tcm_manifest\":1,\"layout\":\"triton\",\"path\":\"\",\"entries\":[\n" +
                                 std::string(100'000, '[') + "\n]}\n")),
       "no JSON"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, PackHostile, testing::ValuesIn(hostile_packs()),
                         [](const auto& tested) { return tested.param.name; });

TEST(Pack, ANulEndsAName) {
  Recorder to;
  TarBuilder tar;
  tar.add_pax("path", kA + "/a" + std::string(1, '\0') + "/../../b").add("x", "y");
  error_of(tar.finish(), to);
  for (const auto& [path, text] : to.files) EXPECT_EQ(path, kA + "/a");
}

TEST(Pack, WritesNamesWithoutASpecialHeader) {
  EXPECT_EQ(written(cache::Compression::none, 1).find("hdrcharset"), std::string::npos);
}

TEST(Pack, NothingBehindTheCompressedArchiveIsPassedOver) {
  for (const auto compression : {cache::Compression::gzip, cache::Compression::zstd}) {
    const std::string whole = packed("content", compression);
    EXPECT_EQ(error_of(whole), "");
    EXPECT_NE(error_of(whole + "garbage behind it"), "");
    EXPECT_NE(error_of(whole.substr(0, whole.size() - 9)), "");
  }
}

TEST(Pack, WhatEndsATarMayBeMissingWhereNothingCanBeCutShort) {
  const std::string whole = Pack().whole().without_end();
  const auto read = [](const std::string& bytes, cache::TarEnd end) {
    Recorder to;
    cache::PackOptions options;
    options.end = end;
    const auto report = cache::read_pack(source_of(bytes), to, options);
    return report ? std::to_string(to.files.size()) + " files" : report.error().message;
  };
  // The last file has three bytes, and 509 zeros behind it.
  for (const std::size_t missing : {0U, 1U, 508U, 509U}) {
    const std::string bytes = whole.substr(0, whole.size() - missing);
    EXPECT_EQ(read(bytes, cache::TarEnd::optional), "3 files") << missing;
    EXPECT_THAT(read(bytes, cache::TarEnd::required), testing::Not(HasSubstr("files"))) << missing;
  }
  for (const std::size_t missing : {510U, 511U, 512U, 700U})
    EXPECT_THAT(read(whole.substr(0, whole.size() - missing), cache::TarEnd::optional),
                testing::Not(HasSubstr("files")))
        << missing;
  EXPECT_THAT(read(whole + std::string(1024, '\0') + "more", cache::TarEnd::optional), HasSubstr("follows the end"));
}

TEST(Pack, ABombIsGivenUpEarly) {
  // 200 MB of zeros in some kilobytes, in a file that is small enough for a kernel's.
  std::string bytes;
  auto writer =
      cache::ArchiveWriter::open(cache::Compression::zstd, 1, [&bytes](std::string_view piece) -> Result<void> {
        bytes += piece;
        return {};
      });
  ASSERT_TRUE(writer->begin_file(kA + "/x", 200'000'000));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(writer->write(std::string(1'000'000, '\0')));
  ASSERT_TRUE(writer->close());
  ASSERT_LT(bytes.size(), 100'000U);
  Recorder to;
  EXPECT_THAT(error_of(bytes, to), HasSubstr("more than a cache can have been packed from"));
  EXPECT_LT(to.files[kA + "/x"].size(), 100'000'000U);
}

TEST(Pack, AManifestIsReadBackFromItselfAndFromAnArchive) {
  const Pack pack;
  const std::string archive = pack.whole().finish();
  for (const std::string& bytes : {pack.manifest, archive}) {
    auto spool = cache::read_manifest(source_of(bytes));
    ASSERT_TRUE(spool) << spool.error().message;
    ASSERT_EQ(spool->count(), 2U);
    EXPECT_EQ(spool->entry(1)->files.at(0).digest, util::sha256_of("two"));
    EXPECT_EQ(spool->text_bytes(), pack.manifest.size());
    std::string text;
    ASSERT_TRUE(spool->write([&text](std::string_view piece) -> Result<void> {
      text += piece;
      return {};
    }));
    EXPECT_EQ(text, pack.manifest);
  }
  const std::string plain = TarBuilder().add(kA + "/x", "y").finish();
  EXPECT_FALSE(cache::read_manifest(source_of(plain)));
}

TEST(MemberPath, KnowsTheEntryOfAFile) {
  const auto path = cache::parse_member("./triton/0/" + kA + "/x.json", false);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->root, "triton/0");
  EXPECT_EQ(path->key, kA);
  EXPECT_EQ(path->file, "x.json");
}

}  // namespace
}  // namespace tcm::test
