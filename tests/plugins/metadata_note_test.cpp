// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "plugins/rocm/code_object.hpp"

namespace tcm::rocm_backend {
namespace {

using nlohmann::json;

std::string pack(const json& value) {
  std::string bytes;
  json::to_msgpack(value, bytes);
  return bytes;
}

json kernel(const char* name) {
  return {{".name", name}, {".symbol", std::string(name) + ".kd"}, {".vgpr_count", 12}, {".wavefront_size", 32}};
}

TEST(MetadataNote, TakesWhatIsKnownAndPassesOverTheRest) {
  json one = kernel("one");
  one[".args"] = json::array({{{".name", "not a kernel"}, {".vgpr_count", 99}}});
  one[".reqd_workgroup_size"] = {1, 2, 3};
  one[".new_in_later_versions"] = {{"x", 1.5}, {"y", nullptr}, {"z", true}};
  const auto read = read_metadata(pack({{"amdhsa.version", {1, 2}},
                                        {"amdhsa.kernels", {one, kernel("two")}},
                                        {"amdhsa.printf", {"1:1:4:%d"}},
                                        {"amdhsa.target", "amdgcn-amd-amdhsa--gfx1100"}}));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->target, "amdgcn-amd-amdhsa--gfx1100");
  ASSERT_EQ(read->kernels.size(), 2u);
  EXPECT_EQ(read->kernels[0].name, "one");
  EXPECT_EQ(read->kernels[0].symbol, "one.kd");
  EXPECT_EQ(read->kernels[0].vgprs, 12u);
  EXPECT_EQ(read->kernels[0].wavefront_size, 32u);
  EXPECT_EQ(read->kernels[0].agprs, std::nullopt);
  EXPECT_EQ(read->kernels[1].name, "two");
}

TEST(MetadataNote, WrongTypesAreNoFigures) {
  json odd = kernel("odd");
  odd[".vgpr_count"] = "many";
  odd[".sgpr_count"] = -1;
  odd[".name"] = 7;
  const auto read = read_metadata(pack({{"amdhsa.kernels", {odd}}, {"amdhsa.target", {1, 2}}}));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->target, "");
  ASSERT_EQ(read->kernels.size(), 1u);
  EXPECT_EQ(read->kernels[0].name, "");
  EXPECT_EQ(read->kernels[0].vgprs, std::nullopt);
  EXPECT_EQ(read->kernels[0].sgprs, std::nullopt);
}

TEST(MetadataNote, AFigureOfOneKernelIsNotAnothers) {
  json bare = {{".name", "bare"}};
  const auto read = read_metadata(pack({{"amdhsa.kernels", {kernel("first"), bare}}}));
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->kernels.size(), 2u);
  EXPECT_EQ(read->kernels[1].vgprs, std::nullopt);
  EXPECT_EQ(read->kernels[1].symbol, "");
}

TEST(MetadataNote, OtherShapes) {
  EXPECT_EQ(read_metadata("").error().status, TCM_MALFORMED);
  EXPECT_EQ(read_metadata(pack(json::array({1, 2}))).error().status, TCM_MALFORMED);
  EXPECT_EQ(read_metadata(pack(7)).error().status, TCM_MALFORMED);
  EXPECT_TRUE(read_metadata(pack(json::object())).has_value());
  EXPECT_TRUE(read_metadata(pack({{"amdhsa.kernels", "none"}})).has_value());
  EXPECT_TRUE(read_metadata(pack({{"amdhsa.kernels", {{"a", {{"b", 1}}}}}})).has_value());
}

TEST(MetadataNote, EveryCutIsMalformed) {
  const std::string whole = pack({{"amdhsa.kernels", {kernel("one")}}, {"amdhsa.target", "t"}});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_metadata(whole.substr(0, size)).error().status, TCM_MALFORMED) << size;
  }
  EXPECT_TRUE(read_metadata(whole + std::string(3, '\0')).has_value());  // padding
}

// Lengths that are only claimed: an array, a map, a text and bytes of four gigabytes each.
TEST(MetadataNote, ClaimedLengths) {
  for (const char type : {'\xdd', '\xdf', '\xdb', '\xc6'}) {
    EXPECT_FALSE(read_metadata(std::string(1, type) + "\xff\xff\xff\xff").has_value());
    EXPECT_FALSE(read_metadata("\x81\xa1"
                               "a" +
                               std::string(1, type) +
                               "\xff\xff\xff\xff"
                               "abc")
                     .has_value());
  }
}

// Each of these bytes opens an array of one: a reader that follows them runs out of stack.
TEST(MetadataNote, DeepNesting) {
  const auto read = read_metadata(std::string(size_t{8} << 20, '\x91'));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().status, TCM_MALFORMED);
  EXPECT_EQ(read_metadata(std::string(size_t{8} << 20, '\x81')).error().status, TCM_MALFORMED);
}

TEST(MetadataNote, AsManyKernelsAsAHostCanTake) {
  json kernels = json::array();
  for (int i = 0; i < 5000; ++i) kernels.push_back(kernel("k"));
  const auto read = read_metadata(pack({{"amdhsa.kernels", kernels}}));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kernels.size(), kMaxKernels);
}

}  // namespace
}  // namespace tcm::rocm_backend
