// SPDX-License-Identifier: Apache-2.0
// tcm-plugin-check: does a backend keep the rules of docs/plugin-abi.md?
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "sdk/check/check.hpp"
#include "sdk/check/pattern.hpp"
#include "sdk/check/runner.hpp"

namespace tcm::check {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> samples;
  std::vector<std::string> arch_words;
  std::string include;
  std::string exclude;
  bool list = false;
  bool as_json = false;
  bool only_failed = false;
  bool in_process = false;
  unsigned time_limit = 10;
  unsigned fuzz = 0;
  std::uint64_t seed = 1;
};

/// The request itself is wrong; the text is for the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) throw UsageError(fmt::format("{}: cannot be read", path));
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (bytes.size() > TCM_MAX_ARTIFACT_BYTES) throw UsageError(fmt::format("{}: over 256 MiB", path));
  return bytes;
}

/// FILE or FILE:kind.
Sample read_sample(const std::string& word) {
  const std::map<std::string, tcm_artifact_kind> kinds{{"ir", TCM_KIND_IR},
                                                       {"assembly", TCM_KIND_ASSEMBLY},
                                                       {"binary", TCM_KIND_BINARY},
                                                       {"metadata", TCM_KIND_METADATA},
                                                       {"source", TCM_KIND_SOURCE}};
  Sample sample;
  sample.path = word;
  if (const auto colon = word.rfind(':'); colon != std::string::npos && !fs::exists(word)) {
    const auto kind = kinds.find(word.substr(colon + 1));
    if (kind == kinds.end())
      throw UsageError(fmt::format("{}: '{}' is not a kind; use ir, assembly, binary, metadata or source", word,
                                   word.substr(colon + 1)));
    sample.path = word.substr(0, colon);
    sample.kind = kind->second;
  }
  sample.extension = fs::path(sample.path).extension().string();
  sample.bytes = read_file(sample.path);
  return sample;
}

/// Throws for what is not a regular expression.
void require_pattern(const Pattern& pattern, const std::string& text) {
  if (!pattern.is_valid()) throw UsageError(fmt::format("'{}' is not a regular expression", text));
}

std::vector<Test> chosen_tests(const Options& options) {
  const Pattern include(options.include);
  const Pattern exclude(options.exclude);
  require_pattern(include, options.include);
  require_pattern(exclude, options.exclude);
  std::vector<Test> chosen;
  for (const Test& test : all_tests()) {
    if (!options.include.empty() && !include.finds(test.name)) continue;
    if (!options.exclude.empty() && exclude.finds(test.name)) continue;
    chosen.push_back(test);
  }
  if (chosen.empty()) throw UsageError("no test has such a name; --list shows them");
  return chosen;
}

std::vector<Subject> subjects_of(const Options& options) {
  if (options.files.empty()) throw UsageError("no plugin was given");
  std::vector<Sample> samples;
  for (const auto& word : options.samples) samples.push_back(read_sample(word));
  std::vector<Subject> subjects;
  std::vector<std::string> before;
  for (const auto& file : options.files) {
    std::error_code error;
    const auto path = fs::canonical(file, error);
    if (error || !fs::is_regular_file(path)) throw UsageError(fmt::format("{}: no such file", file));
    Subject subject;
    subject.path = path.string();
    subject.beside = before;
    subject.samples = samples;
    subject.arch_words = options.arch_words;
    subject.seed = options.seed;
    subject.fuzz_time = std::chrono::seconds(options.fuzz);
    before.push_back(subject.path);
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

/// Words of a plugin may hold anything.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += c;
  }
  return result;
}

void print_line(const Outcomes& outcome) {
  const std::string text = outcome.finding.text.empty() ? "" : "  " + printable(outcome.finding.text);
  fmt::print("{}  {:<24}{}\n", to_string(outcome.finding.outcome), outcome.test->name, text);
  std::fflush(stdout);
}

/// What cannot be tested is not worth a line each: it is all for one reason.
void print_rest(const std::vector<Outcomes>& outcomes) {
  const auto is_rest = [](const Outcomes& outcome) { return outcome.needs != nullptr; };
  const auto first = std::find_if(outcomes.begin(), outcomes.end(), is_rest);
  if (first == outcomes.end()) return;
  const auto count = std::count_if(outcomes.begin(), outcomes.end(), is_rest);
  fmt::print("skip  {} more test{}: mend {} first\n", count, count == 1 ? "" : "s", first->needs->name);
}

json::object to_json(const Subject& subject, const std::vector<Outcomes>& outcomes) {
  json::array tests;
  for (const auto& outcome : outcomes)
    tests.push_back(json::object{{"name", outcome.test->name},
                                 {"outcome", to_string(outcome.finding.outcome)},
                                 {"rules", outcome.test->rules},
                                 {"text", printable(outcome.finding.text)}});
  return {{"file", printable(subject.path)}, {"tests", std::move(tests)}};
}

int check(const Options& options) {
  const auto tests = chosen_tests(options);
  const auto subjects = subjects_of(options);
  const RunOptions run_options{options.in_process, std::chrono::seconds(options.time_limit)};
  std::map<Outcome, int> counts;
  json::array plugins;
  for (const auto& subject : subjects) {
    if (!options.as_json) fmt::print("{}\n", printable(subject.path));
    const auto outcomes = run_tests(tests, subject, run_options, [&](const Outcomes& outcome) {
      ++counts[outcome.finding.outcome];
      const bool bad = outcome.finding.outcome == Outcome::fail || outcome.finding.outcome == Outcome::warn;
      if (!options.as_json && outcome.needs == nullptr && (bad || !options.only_failed)) print_line(outcome);
    });
    if (!options.as_json) print_rest(outcomes);
    plugins.push_back(to_json(subject, outcomes));
  }
  if (options.as_json) {
    const json::object all{{"schema", 1},
                           {"plugins", std::move(plugins)},
                           {"passed", counts[Outcome::pass]},
                           {"failed", counts[Outcome::fail]},
                           {"warnings", counts[Outcome::warn]},
                           {"skipped", counts[Outcome::skip]}};
    fmt::print("{}\n", json::serialize(all));
  } else {
    fmt::print("{} passed, {} failed, {} warnings, {} skipped\n", counts[Outcome::pass], counts[Outcome::fail],
               counts[Outcome::warn], counts[Outcome::skip]);
  }
  return counts[Outcome::fail] == 0 ? 0 : kExitFailed;
}

void list_tests() {
  for (const Test& test : all_tests()) fmt::print("{:<24}{:<16}{}\n", test.name, test.rules, test.what);
}

void declare(CLI::App& app, Options& options) {
  app.add_option("FILE", options.files, "plugins; of several, each also has to live with those before it");
  app.add_option("--sample", options.samples, "FILE[:kind] that the plugin can read (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--arch", options.arch_words, "WORD that users have for an architecture of it (repeatable)")
      ->allow_extra_args(false);
  app.add_flag("--list", options.list, "show the tests and the rules that they check");
  app.add_option("--include", options.include, "only tests whose name matches this regular expression");
  app.add_option("--exclude", options.exclude, "no tests whose name matches this regular expression");
  app.add_flag("--only-failed", options.only_failed, "show only what failed or is a warning");
  app.add_flag("--json", options.as_json, "print JSON");
  app.add_flag("--in-process", options.in_process, "for a debugger: no child processes, no time limit");
  app.add_option("--timeout", options.time_limit, "seconds that one test may take")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app.add_option("--fuzz", options.fuzz, "damage the samples for this many seconds")->check(CLI::Range(0, 86400));
  app.add_option("--seed", options.seed, "of all that is random")->capture_default_str();
  app.set_version_flag("--version", std::string("tcm-plugin-check " TCM_VERSION ", plugin interface ") +
                                        std::to_string(TCM_PLUGIN_ABI_MAJOR) + "." +
                                        std::to_string(TCM_PLUGIN_ABI_MINOR));
}

int run(int argc, char** argv) {
  CLI::App app(
      "Checks that a backend of tcm keeps the rules of the plugin interface.\n"
      "Exit code: 0 all passed (warnings allowed), 1 something failed, 2 the request is wrong.",
      "tcm-plugin-check");
  Options options;
  declare(app, options);
  try {
    app.parse(argc, argv);
    if (!options.list) return check(options);
    list_tests();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  } catch (const UsageError& error) {
    fmt::print(stderr, "tcm-plugin-check: {}\n", printable(error.what()));
    return kExitUsage;
  }
}

}  // namespace
}  // namespace tcm::check

int main(int argc, char** argv) {
  try {
    return tcm::check::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tcm-plugin-check: %s\n", error.what());
    return tcm::check::kExitFailed;
  }
}
