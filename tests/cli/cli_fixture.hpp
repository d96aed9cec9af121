// SPDX-License-Identifier: Apache-2.0
// A home directory with a Triton cache, and the program in it.
#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/run_program.hpp"
#include "tests/support/cache_builder.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {

class CliTest : public testing::Test {
 protected:
  CliTest() {
    environment_ = {{"HOME", home_.path().string()}, {"TERM", "xterm"}, {"TZ", "UTC"}, {"TCM_PAGER", ""}};
    std::filesystem::create_directories(cache());
  }

  /// Triton's own default, so that no option is needed.
  std::filesystem::path cache() const { return home_ / ".triton" / "cache"; }
  std::filesystem::path database() const { return home_ / ".local/share/triton-cache-manager/tcm.db"; }

  ProgramResult tcm(std::vector<std::string> arguments) { return run(std::move(arguments), 0); }
  ProgramResult tcm_on_terminal(int width, std::vector<std::string> arguments) {
    ProgramResult result = run(std::move(arguments), width);
    result.out = without_progress(result.out);
    return result;
  }

  /// The output of a command that must succeed, parsed.
  boost::json::value json(std::vector<std::string> arguments) {
    const ProgramResult result = tcm(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(result.out, error);
    EXPECT_FALSE(error) << result.out;
    return value;
  }

  TempDir home_;
  std::map<std::string, std::string> environment_;
  std::string directory_;

 private:
  /// What stays on the screen: a line of progress, which a slow machine shows, is erased before the next.
  static std::string without_progress(const std::string& text) {
    constexpr std::string_view kErase = "\r\x1b[K";
    std::string shown;
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size() - 1) + 1;
      const std::string line = text.substr(start, end - start);
      const std::size_t erased = line.rfind(kErase);
      shown += erased == std::string::npos ? line : line.substr(erased + kErase.size());
      start = end;
    }
    return shown;
  }

  ProgramResult run(std::vector<std::string> arguments, int width) {
    ProgramRun request;
    request.arguments = std::move(arguments);
    request.environment = environment_;
    request.directory = directory_;
    request.terminal_width = width;
    return run_program(TCM_PROGRAM, request);
  }
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

}  // namespace tcm::test
