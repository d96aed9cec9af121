// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/metadata_edit.hpp"

#include <gtest/gtest.h>

namespace tcm::cache {
namespace {

std::string moved(std::string_view field, std::string_view value) {
  return field == "dir" && value == "/old" ? "/n\xc3\xa9w" : "";
}

TEST(MetadataEdit, OneValueChangesAndEveryOtherByteStays) {
  EXPECT_EQ(*edit_metadata("{ \"a\" : [1,{\"dir\":\"/old\"}],\n \"dir\": \"\\/old\" , \"b\": 1.50 }\n", moved),
            "{ \"a\" : [1,{\"dir\":\"/old\"}],\n \"dir\": \"/n\\u00e9w\" , \"b\": 1.50 }\n");
}

TEST(MetadataEdit, EveryMemberOfThatNameIsChanged) {
  EXPECT_EQ(*edit_metadata(R"({"dir":"/old","dir":"/old"})", moved), R"({"dir":"/n\u00e9w","dir":"/n\u00e9w"})");
}

TEST(MetadataEdit, WhatIsNoStringOrNotMeantStays) {
  for (const char* text :
       {R"({"dir": null})", R"({"dir": ["/old"]})", R"({"dir": "/other"})", "{}", R"({"dir": "\ud800"})"})
    EXPECT_EQ(*edit_metadata(text, moved), text);
}

TEST(MetadataEdit, WhatIsNoObjectIsRefused) {
  for (const char* text : {"", "[]", "{", R"({"dir": "/old")", R"({"dir" "/old"})", R"({"dir": )"})
    EXPECT_FALSE(edit_metadata(text, moved)) << text;
}

TEST(MetadataEdit, ABadPathIsRefused) {
  EXPECT_FALSE(edit_metadata(R"({"dir": "/old"})", [](auto, auto) { return std::string("/\xff"); }));
}

}  // namespace
}  // namespace tcm::cache
