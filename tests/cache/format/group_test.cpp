// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcm::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string problem_of(std::string_view text) {
  const auto group = parse_group(text);
  return group ? "" : group.error();
}

TEST(Group, MapToAbsolutePaths) {
  const auto group = parse_group(R"({"child_paths": {"a.cubin": "/x/KEY/a.cubin", "a.json": "/y/../KEY/b.json"}})");
  ASSERT_TRUE(group) << group.error();
  EXPECT_THAT(*group, ElementsAre("a.cubin", "a.json"));
}

TEST(Group, APathInAnotherDirectoryThanTheFirstIsTold) {
  const auto group = list_group(
      R"({"child_paths": {"a.cubin": "/x/KEY/a.cubin", "a.ptx": "/x/KEY/a.ptx", "a.json": "/y/KEY/a.json"}})");
  ASSERT_TRUE(group) << group.error();
  EXPECT_EQ(group->path, "/x/KEY/a.cubin");
  EXPECT_EQ(group->odd_path, "/y/KEY/a.json");
  EXPECT_EQ(group->odd_child, 2U);
  const auto even = list_group(R"({"child_paths": {"a.cubin": "/x/KEY/a.cubin", "a.json": "/x/KEY/a.json"}})");
  ASSERT_TRUE(even) << even.error();
  EXPECT_EQ(even->odd_path, "");
}

TEST(Group, ListOfNames) {
  const auto group = parse_group(R"({"child_paths": ["a.cubin", "a.json"]})");
  ASSERT_TRUE(group) << group.error();
  EXPECT_THAT(*group, ElementsAre("a.cubin", "a.json"));
}

TEST(Group, PrettyPrintedAndUnknownFields) {
  const auto group =
      parse_group("\n{\n  \"by\": [1, {\"child_paths\": [\"no\"]}],\n  \"child_paths\": {\n  \"a.json\" : \"a\"}\n}\n");
  ASSERT_TRUE(group) << group.error();
  EXPECT_THAT(*group, ElementsAre("a.json"));
}

TEST(Group, DirectoriesAreDropped) {
  const auto group = parse_group(R"({"child_paths": ["/etc/passwd.json", "../../up.json", "sub/x.json"]})");
  ASSERT_TRUE(group) << group.error();
  EXPECT_THAT(*group, ElementsAre("passwd.json", "up.json", "x.json"));
}

TEST(Group, NoChildren) {
  for (const char* text : {"{}", R"({"child_paths": null})", R"({"child_paths": {}})", R"({"child_paths": []})"}) {
    const auto group = parse_group(text);
    ASSERT_TRUE(group) << text << group.error();
    EXPECT_THAT(*group, IsEmpty()) << text;
  }
}

TEST(Group, TheLastOfSeveralCounts) {
  const auto group = parse_group(R"({"child_paths": ["a"], "child_paths": ["b"]})");
  ASSERT_TRUE(group);
  EXPECT_THAT(*group, ElementsAre("b"));
}

TEST(Group, HostileNames) {
  for (const char* name : {"", ".", "..", "../..", "/", "a/", "a\\u0000.json"})
    for (const std::string& text : {std::string(R"({"child_paths": [")") + name + "\"]}",
                                    std::string(R"({"child_paths": {")") + name + "\": \"x\"}}"})
      EXPECT_THAT(problem_of(text), HasSubstr("not a file name")) << text;
}

TEST(Group, OtherShapes) {
  EXPECT_THAT(problem_of("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(problem_of("7"), HasSubstr("not a JSON object"));
  EXPECT_THAT(problem_of(R"({"child_paths": "a.json"})"), HasSubstr("neither a list nor a map"));
  EXPECT_THAT(problem_of(R"({"child_paths": 1})"), HasSubstr("neither a list nor a map"));
  EXPECT_THAT(problem_of(R"({"child_paths": ["a", 1]})"), HasSubstr("not a name"));
  EXPECT_THAT(problem_of(R"({"child_paths": ["a", ["b"]]})"), HasSubstr("not a name"));
  EXPECT_THAT(problem_of(R"({"child_paths": ["a", null]})"), HasSubstr("not a name"));
}

TEST(Group, NotJson) {
  EXPECT_EQ(problem_of(""), "empty file");
  EXPECT_THAT(problem_of("{\"child_paths\": {\"a"), HasSubstr("at byte"));
  EXPECT_THAT(problem_of("{} {}"), HasSubstr("at byte"));
  EXPECT_THAT(problem_of(std::string(10000, '[')), HasSubstr("nested deeper than 64"));
  EXPECT_EQ(problem_of("{\"child_paths\": [\"\xff\"]}"), "not UTF-8 at byte 18");
}

TEST(Group, TooManyNames) {
  std::string text = R"({"child_paths": ["x")";
  for (std::size_t i = 0; i < kMaxGroupChildren; ++i) text += ",\"x\"";
  EXPECT_THAT(problem_of(text + "]}"), HasSubstr("more than 4096"));
}

}  // namespace
}  // namespace tcm::cache
