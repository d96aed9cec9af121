// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/digest_text.hpp"

#include <gtest/gtest.h>

#include "core/util/sha256.hpp"

namespace tcm::index {
namespace {

TEST(DigestText, IsReadAsItWasWritten) {
  std::vector<model::FileDigest> files{{"a\"\\%\xff.cubin", 1, ~std::uint64_t{0}, -5, util::sha256_of("x")},
                                       {"b", 0, 0, 0, util::sha256_of("")}};
  const auto read = unpack_digests(pack_digests(files));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ((*read)[i].file, files[i].file);
    EXPECT_EQ((*read)[i].bytes, files[i].bytes);
    EXPECT_EQ((*read)[i].inode, files[i].inode);
    EXPECT_EQ((*read)[i].mtime_ns, files[i].mtime_ns);
    EXPECT_EQ((*read)[i].sha256, files[i].sha256);
  }
  EXPECT_TRUE(unpack_digests("[]")->empty());
}

TEST(DigestText, OtherTextIsNone) {
  for (const char* text : {"", "{}", "[1]", "[[\"a\",1,2,3]]", "[[\"a\",1,2,3,\"00\"]]", "[[1,1,2,3,\"\"]]",
                           "[[\"a%1\",1,2,3,\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]]"})
    EXPECT_FALSE(unpack_digests(text)) << text;
}

}  // namespace
}  // namespace tcm::index
