// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group_edit.hpp"

#include <gtest/gtest.h>

namespace tcm::cache {
namespace {

// Without `gone`; a path that starts with "/old" is moved to "/new".
tl::expected<std::string, std::string> without(std::string_view gone, std::string_view text) {
  GroupEdit edit;
  edit.stays = [gone](std::string_view name) { return name != gone; };
  edit.new_path = [](std::string_view, std::string_view path) {
    return path.starts_with("/old") ? "/new" + std::string(path.substr(4)) : std::string();
  };
  return edit_group(text, edit);
}

TEST(GroupEdit, OfAMapTheRestStaysByteByByte) {
  EXPECT_EQ(*without("a", R"({"child_paths": {"a": "/k/a", "b": "/k/b", "c": "/k/c"}})"),
            R"({"child_paths": {"b": "/k/b", "c": "/k/c"}})");
  EXPECT_EQ(*without("b", R"({"child_paths": {"a": "/k/a", "b": "/k/b", "c": "/k/c"}})"),
            R"({"child_paths": {"a": "/k/a", "c": "/k/c"}})");
  EXPECT_EQ(*without("c", R"({"child_paths": {"a": "/k/a", "b": "/k/b", "c": "/k/c"}})"),
            R"({"child_paths": {"a": "/k/a", "b": "/k/b"}})");
}

TEST(GroupEdit, AListStaysAList) {
  EXPECT_EQ(*without("b", R"({"child_paths": ["a", "b", "c"]})"), R"({"child_paths": ["a", "c"]})");
}

TEST(GroupEdit, OtherMembersOrderAndLayoutAreKept) {
  EXPECT_EQ(
      *without("b",
               "{\n  \"x\": [1.50, {\"child_paths\": [\"b\"]}, \"]}\"],\n  \"child_paths\": {\n    \"b\": \"/k/b\",\n"
               "    \"c\": \"/k/c\"\n  },\n  \"y\": -0e5\n}\n"),
      "{\n  \"x\": [1.50, {\"child_paths\": [\"b\"]}, \"]}\"],\n  \"child_paths\": {\n    \"c\": \"/k/c\"\n  },\n"
      "  \"y\": -0e5\n}\n");
}

TEST(GroupEdit, NothingOrAllMayGo) {
  EXPECT_EQ(*without("z", R"({"child_paths":{}})"), R"({"child_paths":{}})");
  EXPECT_EQ(*without("a", R"({"child_paths":{"a":"/k/a"}})"), R"({"child_paths":{}})");
  EXPECT_EQ(*without("a", R"({"child_paths":["a"]})"), R"({"child_paths":[]})");
}

TEST(GroupEdit, NamesAreComparedAsTheyAreMeant) {
  EXPECT_EQ(*without("\xc3\xa9\"\\/\n\xf0\x9f\x98\x80"
                     "x",
                     R"({"child_paths": ["\u00e9\"\\\/\n\ud83d\ude00x", "b"]})"),
            R"({"child_paths": ["\u00e9\"\\\/\n\ud83d\ude00x", "b"]})")
      << "a name holds no slash: what stands behind it is the name";
  EXPECT_EQ(*without("\xc3\xa9\"\\\n\xf0\x9f\x98\x80", R"({"child_paths": ["\u00e9\"\\\n\ud83d\ude00", "b"]})"),
            R"({"child_paths": ["b"]})");
  EXPECT_EQ(*without("b", R"({"child_paths": ["/k/b", "c"]})"), R"({"child_paths": ["c"]})");
}

TEST(GroupEdit, PathsAreSpelledAsPythonDoes) {
  EXPECT_EQ(*without("b", R"({"child_paths": {"a": "/old/k/\u00e9\"", "b": "", "c": "/k/c"}})"),
            R"({"child_paths": {"a": "/new/k/\u00e9\"", "c": "/k/c"}})");
}

TEST(GroupEdit, APathThatIsNotUtf8IsRefused) {
  GroupEdit edit;
  edit.stays = [](std::string_view) { return true; };
  edit.new_path = [](std::string_view, std::string_view) { return "/n\xff"; };
  EXPECT_FALSE(edit_group(R"({"child_paths": {"a": "/k/a"}})", edit));
}

TEST(GroupEdit, AListBecomesAMap) {
  GroupEdit edit;
  edit.stays = [](std::string_view name) { return name != "b"; };
  edit.new_path = [](std::string_view name, std::string_view path) {
    EXPECT_EQ(path, "");
    return "/k/" + std::string(name);
  };
  edit.as_map = true;
  EXPECT_EQ(*edit_group(R"({"x": [1], "child_paths": [ "a", "b", "\u00e9" ]})", edit),
            R"({"x": [1], "child_paths": { "a": "/k/a", "\u00e9": "/k/\u00e9" }})");
  EXPECT_EQ(*edit_group(R"({"child_paths": [ ]})", edit), R"({"child_paths": {}})");
}

TEST(GroupEdit, AListBecomesNoMapWithoutPaths) {
  GroupEdit edit;
  edit.stays = [](std::string_view) { return true; };
  edit.new_path = [](std::string_view, std::string_view) { return std::string(); };
  edit.as_map = true;
  EXPECT_FALSE(edit_group(R"({"child_paths": ["a"]})", edit));
}

TEST(GroupEdit, ValuesThatAreNoPathsAreKept) {
  EXPECT_EQ(*without("b", R"({"child_paths": {"a": null, "b": 1, "c": [2]}})"),
            R"({"child_paths": {"a": null, "c": [2]}})");
}

TEST(GroupEdit, WhatCannotBeKeptFaithfullyIsRefused) {
  for (const char* text : {R"({"child_paths": ["a"], "child_paths": ["b"]})", R"({})", R"({"child_paths": null})", "",
                           "[]", R"({"child_paths": ["\udcff"]})", R"({"child_paths": ["a")", R"({"child_paths": {"a")",
                           "{\"", R"({"child_paths": ["a\)", R"({"child_paths": {"a": "\ud800"}})", R"({"x": [[[)"})
    EXPECT_FALSE(without("z", text)) << text;
}

}  // namespace
}  // namespace tcm::cache
