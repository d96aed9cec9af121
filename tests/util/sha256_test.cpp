// SPDX-License-Identifier: Apache-2.0
#include "core/util/sha256.hpp"

#include <string>

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

// The examples of NIST for FIPS 180-4.
TEST(Sha256, IsTheStandardsDigest) {
  EXPECT_EQ(hex_of(sha256_of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256_of(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAreAsOneTextAndOneHasherServesManyFiles) {
  Sha256Hasher hasher;
  for (int file = 0; file < 2; ++file) {
    hasher.add("a");
    hasher.add("");
    hasher.add("bc");
    EXPECT_EQ(hasher.finish(), sha256_of("abc"));
  }
  EXPECT_EQ(hasher.finish(), sha256_of(""));
}

TEST(Sha256, IsReadFromItsDigitsAndFromNothingElse) {
  const std::string text = hex_of(sha256_of("abc"));
  EXPECT_EQ(sha256_from_hex(text), sha256_of("abc"));
  EXPECT_EQ(sha256_from_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), sha256_of("abc"));
  EXPECT_FALSE(sha256_from_hex(""));
  EXPECT_FALSE(sha256_from_hex(text.substr(1)));
  EXPECT_FALSE(sha256_from_hex(text + "0"));
  EXPECT_FALSE(sha256_from_hex("g" + text.substr(1)));
  EXPECT_FALSE(sha256_from_hex(text.substr(1) + "x"));
}

}  // namespace
}  // namespace tcm::util
