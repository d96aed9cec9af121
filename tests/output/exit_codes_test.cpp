// SPDX-License-Identifier: Apache-2.0
#include "cli/output/exit_codes.hpp"

#include <set>

#include <gtest/gtest.h>

#include "cli/output/formats.hpp"

namespace tcm::cli {
namespace {

// A script must see every failure.
TEST(ExitCodes, NoErrorEndsWithSuccess) {
  for (const ErrorCode code :
       {ErrorCode::failed, ErrorCode::usage, ErrorCode::missing, ErrorCode::busy, ErrorCode::denied,
        ErrorCode::no_space, ErrorCode::corrupt, ErrorCode::too_new, ErrorCode::interrupted})
    EXPECT_NE(exit_code_of(code), ExitCode::ok);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::usage)), 2);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::missing)), 6);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::busy)), 7);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::interrupted)), 130);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::corrupt)), 1);
  EXPECT_EQ(to_int(exit_code_of(ErrorCode::no_space)), 1);
}

TEST(ExitCodes, TheTableHoldsEachNumberOnceWithItsText) {
  std::set<int> numbers;
  for (const ExitCodeText& known : kExitCodes) {
    EXPECT_TRUE(numbers.insert(to_int(known.code)).second);
    EXPECT_FALSE(known.text.empty());
  }
  EXPECT_EQ(numbers, (std::set<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 130}));
}

TEST(ExitCodes, TheFirstFailureStays) {
  EXPECT_EQ(worse(ExitCode::ok, ExitCode::ok), ExitCode::ok);
  EXPECT_EQ(worse(ExitCode::ok, ExitCode::partial), ExitCode::partial);
  EXPECT_EQ(worse(ExitCode::partial, ExitCode::ok), ExitCode::partial);
  EXPECT_EQ(worse(ExitCode::partial, ExitCode::failed), ExitCode::partial);
}

TEST(Formats, NamesGoBothWays) {
  for (const FormatText& known : kFormats) {
    EXPECT_EQ(format_of(known.name), known.value);
    EXPECT_EQ(to_string(known.value), known.name);
  }
  EXPECT_EQ(format_of("xml"), std::nullopt);
  EXPECT_FALSE(is_machine_format(Format::table));
  EXPECT_FALSE(is_machine_format(Format::wide));
  EXPECT_TRUE(is_machine_format(Format::ids));
}

}  // namespace
}  // namespace tcm::cli
