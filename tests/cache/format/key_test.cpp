// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/key.hpp"

#include <gtest/gtest.h>

#include "tests/support/cache_builder.hpp"

namespace tcm::cache {
namespace {

TEST(Key, EveryEncodingIsToldByItsShape) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    for (const KeyEncoding encoding : {KeyEncoding::md5_hex, KeyEncoding::sha256_hex, KeyEncoding::base64,
                                       KeyEncoding::base64_md5, KeyEncoding::base32, KeyEncoding::base32_md5}) {
      const std::string key = test::make_key(seed, encoding);
      EXPECT_EQ(key_encoding(key), encoding) << key;
      EXPECT_TRUE(looks_random(key, encoding)) << key;
    }
}

TEST(Key, LengthsAreThoseOfTheReleases) {
  EXPECT_EQ(test::make_key(1, KeyEncoding::md5_hex).size(), 32U);
  EXPECT_EQ(test::make_key(1, KeyEncoding::sha256_hex).size(), 64U);
  EXPECT_EQ(test::make_key(1, KeyEncoding::base64).size(), 43U);
  EXPECT_EQ(test::make_key(1, KeyEncoding::base64_md5).size(), 22U);
  EXPECT_EQ(test::make_key(1, KeyEncoding::base32).size(), 52U);
  EXPECT_EQ(test::make_key(1, KeyEncoding::base32_md5).size(), 26U);
}

TEST(Key, MayBeginWithADash) {
  EXPECT_EQ(key_encoding("-" + test::make_key(1, KeyEncoding::base64).substr(1)), KeyEncoding::base64);
}

TEST(Key, RealKeys) {
  EXPECT_EQ(key_encoding(test::kCuda80), KeyEncoding::base32);
  EXPECT_EQ(key_encoding("c4d45c651d6ac181a78d8d2f3ead424b8b8f07dd23dc3de0a99f425d8a633fc6"), KeyEncoding::sha256_hex);
}

TEST(Key, OtherNamesAreNone) {
  for (const std::string_view name :
       {"", "t6", "fxgraph", "tmp.pid_1_x", "torch_compile_cache_v1",
        "fnzxtmbycjfztocg2tatl4cx6bjvd2etg6mbellduzqif4wtm7cq", "d4ec7c2a7d", "rank_0_0",
        "2JGVMOFQVL4GSV26PWWG365KXH5DSR2YW2B2GSUHYL52YT7ANULa", "2JGVMOFQVL4GSV26PWWG365KXH5DSR2YW2B2GSUHYL52YT7ANUL0",
        "C4D45C651D6AC181A78D8D2F3EAD424B"})
    EXPECT_FALSE(key_encoding(name)) << name;
}

}  // namespace
}  // namespace tcm::cache
