// SPDX-License-Identifier: Apache-2.0
// What tcm-plugin-check consists of: tests by name, each a function that looks at one plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <tcm/plugin/plugin.h>

namespace tcm::check {

enum class Outcome : std::uint8_t { pass, fail, warn, skip };

const char* to_string(Outcome outcome);

struct Finding {
  Outcome outcome = Outcome::pass;
  std::string text;  ///< why, one line; empty for a plain pass
};

inline Finding pass() { return {}; }
inline Finding fail(std::string text) { return {Outcome::fail, std::move(text)}; }
inline Finding warn(std::string text) { return {Outcome::warn, std::move(text)}; }
inline Finding skip(std::string text) { return {Outcome::skip, std::move(text)}; }

/// Thrown by helpers of the tests: the test fails with this text.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that the plugin should be able to read.
struct Sample {
  std::string path;
  std::string extension;       ///< with its dot; may be empty
  tcm_artifact_kind kind = 0;  ///< 0: what the plugin says of the extension
  std::vector<std::uint8_t> bytes;
};

/// What is looked at.
struct Subject {
  std::string path;                 ///< absolute
  std::vector<std::string> beside;  ///< plugins named before it, which it has to live with
  std::vector<Sample> samples;
  std::vector<std::string> arch_words;  ///< words of its users for architectures
  std::uint64_t seed = 1;
  std::chrono::seconds fuzz_time{0};  ///< 0: the fuzz test is skipped
};

struct Test {
  const char* name;
  const char* rules;  ///< numbers in docs/plugin-abi.md
  const char* what;   ///< one line for --list
  int level;          ///< a test makes sense only when every gate of the levels below held
  bool gate;
  Finding (*run)(const Subject& subject);
};

/// Notes what a test is at, for the report of a crash: the number of the damaged file.
void note_progress(std::uint64_t number);

/// In the order in which they run.
std::vector<Test> all_tests();

std::vector<Test> object_tests();      // object_tests.cpp
std::vector<Test> descriptor_tests();  // descriptor_tests.cpp
std::vector<Test> analysis_tests();    // analysis_tests.cpp
std::vector<Test> hostile_tests();     // hostile_tests.cpp
std::vector<Test> conduct_tests();     // conduct_tests.cpp

}  // namespace tcm::check
