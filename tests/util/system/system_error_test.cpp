// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/system_error.hpp"

#include <gtest/gtest.h>

namespace tcm::util {
namespace {

TEST(SystemError, AFullDiskHasACodeOfItsOwn) {
  for (const int error : {ENOSPC, EDQUOT}) {
    EXPECT_TRUE(is_no_space(error));
    EXPECT_EQ(error_code_of(error), ErrorCode::no_space);
  }
  EXPECT_FALSE(is_no_space(EACCES));
  for (const int error : {EACCES, EPERM, EROFS}) EXPECT_EQ(error_code_of(error), ErrorCode::denied);
  EXPECT_EQ(error_code_of(ENOENT), ErrorCode::missing);
  for (const int error : {ENOTDIR, EIO, EMFILE, 99999}) EXPECT_EQ(error_code_of(error), ErrorCode::failed);
}

TEST(SystemError, TheWordsNameWhatAndWhy) {
  EXPECT_EQ(error_text(EACCES), "Permission denied");
  EXPECT_EQ(error_text(EDQUOT), "this user's share of the disk is full");
  EXPECT_EQ(error_text(99999), "unknown error");
  const Error error = system_error("/a/b: cannot be written", ENOSPC).value();
  EXPECT_EQ(error.code, ErrorCode::no_space);
  EXPECT_EQ(error.message, "/a/b: cannot be written: the disk is full");
}

}  // namespace
}  // namespace tcm::util
