// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cache/format/json_reader.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::cache {
namespace {

using model::SkipReason;
using testing::HasSubstr;
using testing::Optional;

Metadata parsed(std::string_view text) {
  auto metadata = parse_metadata(text);
  EXPECT_TRUE(metadata) << metadata.error().detail << " in " << text;
  return metadata ? std::move(*metadata) : Metadata{};
}

MetadataProblem refused(std::string_view text) {
  auto metadata = parse_metadata(text);
  EXPECT_FALSE(metadata) << text;
  return metadata ? MetadataProblem{} : metadata.error();
}

TEST(Metadata, ARealOne) {
  const auto file = test::data_dir() / "sample/LY6VW7CAD6WVIAKBSILAT5GJIEGQIBY42MMI55CQCLZAWK22PA7Q/add_kernel.json";
  const Metadata metadata = parsed(test::read_file(file));
  EXPECT_EQ(metadata.facts.name, "add_kernel");
  EXPECT_EQ(metadata.facts.backend, "hip");
  EXPECT_EQ(metadata.arch_json, "\"gfx90a\"");
  EXPECT_EQ(metadata.facts.triton_version, "3.6.0");
  EXPECT_THAT(metadata.facts.num_warps, Optional(4));
  EXPECT_THAT(metadata.facts.num_ctas, Optional(1));
  EXPECT_THAT(metadata.facts.warp_size, Optional(64));
  EXPECT_THAT(metadata.facts.shared_bytes, Optional(0));
  EXPECT_FALSE(metadata.has_ctime);
}

TEST(Metadata, ArchIsAnyJson) {
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 90}})").arch_json, "90");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": "g\"\\\n1"}})").arch_json, R"("g\"\\\u000a1")");
  EXPECT_EQ(
      parsed(R"({"target": {"arch": {"a" : [1, "x", {}], "b": true, "c": null, "d": 1.5e3, "e": -1} } })").arch_json,
      R"({"a":[1,"x",{}],"b":true,"c":null,"d":1.5e3,"e":-1})");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 18446744073709551615}})").arch_json, "18446744073709551615");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": null}, "arch": "old"})").arch_json, "\"old\"");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b"}})").arch_json, "");
}

TEST(Metadata, TheTargetsArchWinsOverTheOption) {
  EXPECT_EQ(parsed(R"({"arch": "sm90", "target": {"backend": "b", "arch": 90}})").arch_json, "90");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 90}, "arch": "sm90"})").arch_json, "90");
}

TEST(Metadata, TargetAsAnArray) {
  const Metadata metadata = parsed(R"({"target": ["cuda", 90, 32], "name": "k"})");
  EXPECT_EQ(metadata.facts.backend, "cuda");
  EXPECT_EQ(metadata.arch_json, "90");
  EXPECT_THAT(metadata.facts.warp_size, Optional(32));
  EXPECT_EQ(parsed(R"({"target": ["cuda", [1, 2], 32]})").arch_json, "[1,2]");
}

TEST(Metadata, BackendOfOlderReleases) {
  EXPECT_EQ(parsed(R"({"target": {"arch": 1}, "backend_name": "b", "device_type": "d"})").facts.backend, "b");
  EXPECT_EQ(parsed(R"({"num_warps": 4, "name": "k", "arch": 80, "device_type": "cuda"})").facts.backend, "cuda");
  EXPECT_EQ(parsed(R"({"num_warps": 4, "name": "k", "arch": 80, "device_type": "cuda"})").arch_json, "80");
  EXPECT_EQ(parsed(R"({"num_warps": 4, "shared": 1})").facts.backend, "");
}

TEST(Metadata, TheTargetsWarpSizeWins) {
  EXPECT_THAT(parsed(R"({"warp_size": 32, "target": {"backend": "b", "warp_size": 64}})").facts.warp_size,
              Optional(64));
  EXPECT_THAT(parsed(R"({"warp_size": 32, "target": {"backend": "b"}})").facts.warp_size, Optional(32));
}

TEST(Metadata, NestedFieldsAreNotTheKernels) {
  const Metadata metadata = parsed(R"({"x": {"name": "no", "num_warps": 1, "target": {"backend": "no"}, "arch": 1},
                                       "target": {"backend": "b", "x": {"backend": "no", "arch": 2, "warp_size": 3}}})");
  EXPECT_EQ(metadata.facts.name, "");
  EXPECT_EQ(metadata.facts.backend, "b");
  EXPECT_EQ(metadata.arch_json, "");
  EXPECT_FALSE(metadata.facts.num_warps);
  EXPECT_FALSE(metadata.facts.warp_size);
}

// An earlier reader lost the whole kernel over each of these.
TEST(Metadata, OtherTypesThanExpectedRejectNothing) {
  const std::string rest = R"("target": {"backend": "b", "arch": 90, "warp_size": 32}, "name": "k", "num_stages": 3})";
  for (const char* field : {R"("ptx_version": 84)", R"("num_warps": null)", R"("launch_cooperative_grid": null)",
                            R"("max_num_imprecise_acc_default": null)", R"("extern_libs": {"libdevice": "/a/b.bc"})"}) {
    const Metadata metadata = parsed(std::string("{") + field + ", " + rest);
    EXPECT_EQ(metadata.facts.name, "k") << field;
    EXPECT_THAT(metadata.facts.num_stages, Optional(3)) << field;
    EXPECT_FALSE(metadata.facts.num_warps) << field;
  }
}

TEST(Metadata, WrongTypesAreAbsent) {
  const Metadata metadata = parsed(R"({"target": {"backend": 7, "arch": 90, "warp_size": "32"}, "name": ["k"],
    "num_warps": "4", "num_stages": 3.5, "num_ctas": true, "shared": 18446744073709551615, "triton_version": 3.6})");
  EXPECT_EQ(metadata.facts.name, "");
  EXPECT_EQ(metadata.facts.backend, "");
  EXPECT_EQ(metadata.facts.triton_version, "");
  EXPECT_FALSE(metadata.facts.num_warps);
  EXPECT_FALSE(metadata.facts.num_stages);
  EXPECT_FALSE(metadata.facts.num_ctas);
  EXPECT_FALSE(metadata.facts.warp_size);
  EXPECT_FALSE(metadata.facts.shared_bytes);
}

// Some releases do not write these fields.
TEST(Metadata, NothingButTheTargetIsRequired) {
  const Metadata metadata = parsed(R"({"target": {"backend": "b", "arch": 90}})");
  EXPECT_EQ(metadata.facts.backend, "b");
  EXPECT_EQ(metadata.facts.triton_version, "");
}

TEST(Metadata, EscapesAndUnicode) {
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 1}, "name": "k\u00e9\t\"\ud83d\ude00"})").facts.name,
            "k\xc3\xa9\t\"\xf0\x9f\x98\x80");
  EXPECT_EQ(parsed(R"({"t\u0061rget": {"\u0062ackend": "b", "\u0061rch": 1}})").facts.backend, "b");
}

TEST(Metadata, BinaryExtension) {
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 1}, "binary_ext": "zebin"})").binary_ext, "zebin");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 1}, "binary_ext": "../x"})").binary_ext, "");
  EXPECT_EQ(parsed(R"({"target": {"backend": "b", "arch": 1}, "binary_ext": 1})").binary_ext, "");
}

TEST(Metadata, NotAKernel) {
  for (const char* text :
       {"{}", R"({"name": "x", "version": "1.0"})", R"({"target": "production", "name": "x"})", R"({"num_warps": 4})",
        R"({"target": {}})", R"({"target": []})", R"({"key": [], "configs_timings": []})"})
    EXPECT_EQ(refused(text).reason, SkipReason::not_a_kernel) << text;
}

TEST(Metadata, Malformed) {
  for (const char* text : {"", "[]", "null", "\"x\"", "{", "{\"target\": {\"backend\": \"b\"}", "{'a': 1}", "{} x",
                           "{\"num_warps\": nan, \"name\": 1}", "{\"a\": +Infinity}", "{\"a\": \"\\ud800\"}",
                           "\xef\xbb\xbf{}", "{\"a\": 1,}", "// c\n{}"})
    EXPECT_EQ(refused(text).reason, SkipReason::metadata_malformed) << text;
}

// Python writes and reads them, and so does Triton.
TEST(Metadata, NumbersThatJsonHasNotAreRead) {
  const Metadata metadata = parsed(
      R"({"target": {"backend": "b", "arch": 1}, "name": "NaN, Infinity", "x": NaN, "y": [-Infinity,Infinity], "shared": NaN})");
  EXPECT_EQ(metadata.facts.name, "NaN, Infinity");
  EXPECT_EQ(metadata.facts.shared_bytes, std::nullopt);
  EXPECT_EQ(without_number_words(R"({"a\"NaN":NaN, "b": [-Infinity]})", "null"), R"({"a\"NaN":null, "b": [null]})");
  for (const char* text : {"{}", R"({"a": "NaN"})", R"({"a": xNaN})", R"({"a": NaNs})"})
    EXPECT_EQ(without_number_words(text, "null"), std::nullopt) << text;
}

TEST(Metadata, SaysWhereAndWhy) {
  EXPECT_THAT(refused("{\"num_warps\": nan}").detail, HasSubstr("at byte 14"));
  EXPECT_EQ(refused("{\"name\": \"a\xc3\x28\"}").detail, "not UTF-8 at byte 11");
  EXPECT_EQ(refused("[1]").detail, "not a JSON object");
  EXPECT_EQ(refused("").detail, "empty file");
}

TEST(Metadata, DeepNesting) {
  const auto nested = [](int depth) {
    return R"({"target": {"backend": "b", "arch": 1}, "x": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(parsed(nested(60)).facts.backend, "b");
  EXPECT_THAT(refused(nested(10000)).detail, HasSubstr("nested deeper than 64"));
  EXPECT_EQ(refused(nested(10000)).reason, SkipReason::metadata_malformed);
}

TEST(Metadata, AnArchOfAbsurdSizeIsAbsent) {
  const std::string text = R"({"target": {"backend": "b", "arch": ")" + std::string(100000, 'x') + "\"}}";
  EXPECT_EQ(parsed(text).arch_json, "");
}

TEST(Metadata, CtimeMarksTriton20) {
  EXPECT_TRUE(parsed(R"({"num_warps": 4, "ctime": {"ttir": 1.5}})").has_ctime);
  EXPECT_FALSE(parsed(R"({"num_warps": 4, "ctime": 1})").has_ctime);
}

}  // namespace
}  // namespace tcm::cache
