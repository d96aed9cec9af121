// SPDX-License-Identifier: Apache-2.0
// tcm-plugin-check finds every plugin out, by the name of the test that is about its fault, and is content with good
// ones.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "tests/support/temp_dir.hpp"

namespace tcm {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAreArray;

struct Checked {
  int exit_code = -1;
  std::string output;
};

Checked run(const std::string& arguments) {
  Checked result;
  std::FILE* pipe = ::popen(("'" TCM_PLUGIN_CHECK "' " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.output.append(buffer, got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

std::string module_path(const std::string& module) { return TCM_TEST_PLUGIN_DIR "/" + module + ".so"; }

/// A path for the shell, blanks and all.
std::string quoted(const std::string& path) { return "'" + path + "'"; }
std::string module(const std::string& name) { return quoted(module_path(name)); }

/// Tests by outcome, of the last plugin given, with their texts.
std::map<std::string, std::string> with_outcome(const Checked& run, const std::string& outcome) {
  std::map<std::string, std::string> tests;
  const auto all = nlohmann::json::parse(run.output);
  for (const auto& test : all["plugins"].back()["tests"])
    if (test["outcome"] == outcome) tests[test["name"]] = test["text"];
  return tests;
}

std::vector<std::string> names(const std::map<std::string, std::string>& tests) {
  std::vector<std::string> result;
  for (const auto& [name, text] : tests) result.push_back(name);
  return result;
}

/// What exactly fails, and words of the first failure.
struct Fault {
  const char* module;
  std::vector<std::string> failing;
  const char* text;
  const char* options = "";
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.module; }

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, AreFoundByName) {
  const Fault& fault = GetParam();
  // A busy machine is slow; what hangs brings a limit of its own.
  std::string options = fault.options;
  if (options.find("--timeout") == std::string::npos) options += " --timeout 60";
  const Checked result = run("--json " + options + " " + module(fault.module));
  const auto failed = with_outcome(result, "fail");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(names(failed), UnorderedElementsAreArray(fault.failing));
  ASSERT_THAT(failed, Contains(Key(fault.failing[0])));
  EXPECT_THAT(failed.at(fault.failing[0]), HasSubstr(fault.text));
}

INSTANTIATE_TEST_SUITE_P(
    Objects, Faults,
    testing::Values(
        Fault{"no_entry", {"object.entry"}, "exports no tcm_kernel_backend_plugin_v1"},
        Fault{"wrong_major", {"object.entry"}, "tcm_kernel_backend_plugin_v2"},
        Fault{"leaky", {"object.exports"}, "some_other_function_too"}, Fault{"entry_null", {"entry.constant"}, "null"},
        Fault{"entry_throws", {"entry.constant"}, "exception"}, Fault{"small_struct", {"descriptor.sizes"}, "100"},
        Fault{"struct_major", {"descriptor.versions"}, "abi_major is 2"},
        Fault{"reserved", {"descriptor.reserved"}, "not null"}, Fault{"no_target", {"descriptor.arrays"}, "no target"},
        Fault{"null_target", {"descriptor.arrays"}, "targets is null"},
        Fault{"small_target", {"descriptor.arrays"}, "targets[0].struct_size"},
        Fault{"wild_count", {"descriptor.arrays"}, "4294967295"},
        Fault{"no_close", {"descriptor.arrays"}, "open without close"},
        Fault{"null_id", {"descriptor.texts"}, "id is null"}, Fault{"bad_utf8", {"descriptor.texts"}, "not UTF-8"},
        Fault{"long_name", {"descriptor.texts"}, "longer than 255"},
        Fault{"bad_id", {"descriptor.id"}, "Org.tcm..test"}, Fault{"bad_version", {"descriptor.version"}, "1.2"},
        Fault{"bad_target", {"descriptor.targets"}, "Alpha"}, Fault{"twice_target", {"descriptor.targets"}, "twice"},
        Fault{"bad_extension", {"descriptor.file_types"}, "../x"}, Fault{"open_fails", {"lifecycle.open"}, "status 4"},
        Fault{"open_throws", {"lifecycle.open"}, "exception"}, Fault{"blank_arch", {"arch.spelling"}, "canonical"}),
    [](const auto& fault) { return std::string(fault.param.module); });

INSTANTIATE_TEST_SUITE_P(
    Conduct, Faults,
    testing::Values(
        Fault{"crashes", {"hostile.tiny", "conduct.silent"}, "Segmentation fault", "--include 'tiny|silent'"},
        Fault{"hangs", {"hostile.tiny"}, "within 1 s", "--timeout 1 --include hostile.tiny"},
        Fault{"throws", {"hostile.noise"}, "probe let an exception out", "--include noise"},
        Fault{"chatty", {"conduct.silent"}, "standard streams"},
        Fault{"over_limits", {"analyse.limit", "analyse.abort", "analyse.attributes"}, "after the sink said stop"},
        Fault{"invalid_attributes", {"analyse.attributes"}, "P-30"},
        Fault{"wrong_type", {"analyse.attributes"}, "'registers' is text, its standard key is unsigned (P-30)"},
        Fault{"wrong_unit", {"analyse.attributes"}, "'lds_bytes' has the unit 'KiB', its standard key 'bytes' (P-30)"},
        Fault{"early_figure", {"analyse.attributes"}, "'code_bytes' stands before the first kernel_name (P-36)"},
        Fault{"changes_its_mind", {"analyse.deterministic", "analyse.later_host", "analyse.threads"}, "two things"},
        Fault{"believes_sizes", {"hostile.lying_numbers"}, "MiB of memory", "--include lying"},
        Fault{"leaves_thread", {"conduct.threads"}, "threads behind", "--include conduct"},
        Fault{"leaves_file", {"conduct.files"}, "file open"}, Fault{"leaves_variable", {"conduct.process"}, "changed"},
        Fault{"reads_too_far",
              {"hostile.tiny", "hostile.noise", "hostile.bit_flips", "hostile.lying_numbers"},
              "Segmentation fault",
              "--include hostile"},
        Fault{"strict", {"analyse.later_host"}, "larger structs"}),
    [](const auto& fault) { return std::string(fault.param.module); });

TEST(Check, IsContentWithAGoodPlugin) {
  for (const char* name : {"good", "well_behaved", "second"}) {
    const Checked result = run("--json " + module(name));
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(with_outcome(result, "fail"), IsEmpty());
    EXPECT_THAT(with_outcome(result, "warn"), IsEmpty());
  }
}

TEST(Check, ReallyLooksAtAttributes) {
  const auto passed = with_outcome(run("--json " + module("well_behaved")), "pass");
  for (const char* test : {"analyse.attributes", "analyse.limit", "analyse.abort"})
    EXPECT_THAT(passed, Contains(Key(test)));
}

TEST(Check, ASerialPluginIsNotAskedInThreads) {
  const Checked result = run("--json " + module("serial_only"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(with_outcome(result, "skip"), Contains(Pair("analyse.threads", HasSubstr("serial"))));
}

TEST(Check, ALaterMinorIsAWarning) {
  const Checked result = run("--json " + module("newer_minor_bigger_struct"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(with_outcome(result, "warn"), ElementsAre(Pair("descriptor.versions", HasSubstr("1.7"))));
}

TEST(Check, ASlowLoadIsAWarning) {
  const Checked result = run("--json --include object " + module("slow_load"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(with_outcome(result, "warn"), ElementsAre(Pair("object.load_time", HasSubstr("ms to load"))));
}

TEST(Check, PluginsAreComparedWithThoseBeforeThem) {
  const Checked ids = run("--json --include beside " + module("good") + " " + module("dup_id"));
  EXPECT_EQ(ids.exit_code, 1);
  EXPECT_THAT(with_outcome(ids, "fail"), ElementsAre(Pair("beside.id", HasSubstr("org.tcm.test"))));
  const Checked targets = run("--json --include beside " + module("good") + " " + module("dup_target"));
  EXPECT_EQ(targets.exit_code, 0);
  EXPECT_THAT(with_outcome(targets, "warn"), ElementsAre(Pair("beside.targets", HasSubstr("alpha"))));
}

TEST(Check, WhatDependsOnABrokenGateIsSkippedWithTheReason) {
  const auto skipped = with_outcome(run("--json " + module("open_fails")), "skip");
  EXPECT_THAT(skipped, Contains(Pair("hostile.tiny", "because lifecycle.open failed")));
}

TEST(Check, TextNamesTheBrokenGateOnce) {
  const Checked result = run(module("no_target"));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("fail  descriptor.arrays"));
  EXPECT_THAT(result.output, testing::ContainsRegex("skip  [0-9]+ more tests: mend descriptor.arrays first"));
  EXPECT_EQ(result.output.find("because"), std::string::npos) << result.output;
}

TEST(Check, ADeclaredSampleThatIsNotKnownFails) {
  const test::TempDir dir;
  test::write_file(dir / "real.tst", "what this vendor's compiler really writes");
  const Checked own = run("--json --include samples --sample " + quoted(dir / "real.tst") + " " + module("good"));
  EXPECT_EQ(own.exit_code, 1);
  EXPECT_THAT(
      with_outcome(own, "fail"),
      ElementsAre(Pair("analyse.samples", HasSubstr("answered TCM_NOT_APPLICABLE: it declares .tst as its own"))));
  test::write_file(dir / "real.xyz", "x");
  const Checked other = run("--json --include samples --sample " + quoted(dir / "real.xyz") + " " + module("good"));
  EXPECT_THAT(with_outcome(other, "fail"),
              ElementsAre(Pair("analyse.samples", HasSubstr("it declares no file type '.xyz'"))));
}

TEST(Check, ACutBinaryOfAnyFormatIsRefused) {
  const test::TempDir dir;
  test::write_file(dir / "a.tst", "TST1, and a body that says no length");
  const std::string options = "--json --include 'samples|truncated' --sample ";
  const Checked binary = run(options + quoted(dir / "a.tst") + " " + module("believes_start"));
  EXPECT_THAT(with_outcome(binary, "pass"), Contains(Key("analyse.samples")));
  EXPECT_THAT(with_outcome(binary, "fail"),
              ElementsAre(Pair("hostile.truncated", HasSubstr("validate is content with 4 of 36 bytes"))));
  const Checked text = run(options + quoted((dir / "a.tst").string() + ":assembly") + " " + module("believes_start"));
  EXPECT_THAT(with_outcome(text, "fail"), IsEmpty()) << "a text may end anywhere";
}

TEST(Check, UsersWordsForArchitectures) {
  const auto words = [](const std::string& arch) {
    return run("--json --include words --arch " + quoted(arch) + " " + module("good"));
  };
  EXPECT_THAT(with_outcome(words("tst_7"), "pass"), Contains(Key("arch.words")));
  EXPECT_THAT(with_outcome(words("tst_a b"), "fail"), ElementsAre(Pair("arch.words", HasSubstr("P-37"))));
  EXPECT_THAT(with_outcome(words("sm_90"), "fail"),
              ElementsAre(Pair("arch.words", "arch_from_user does not know 'sm_90'")));
}

TEST(Check, OurOwnBackendsPassWithRealFiles) {
  const auto check = [](const std::string& samples, const std::string& backend) {
    const Checked result = run("--json --timeout 60 " + samples + quoted(backend));
    EXPECT_EQ(result.exit_code, 0) << result.output;
  };
  const auto sample = [](const std::string& file) { return "--sample " + quoted(TCM_PLUGIN_SAMPLES "/" + file) + " "; };
  const std::string gluon = "compilers/triton-3.9/TVBW4XYXMD5UOOV7SOX3SX6VTQQCECRFUHFHSW7BTIZ5J64DNYNQ/gluon_copy.";
  check(sample("architectures/row_sum.90.cubin") + "--arch sm_90 ", TCM_CUDA_BACKEND);
  check(sample("architectures/row_sum.gfx90a.hsaco") + sample(gluon + "hsaco") + sample(gluon + "amdgcn") +
            "--arch gfx90a:xnack- ",
        TCM_ROCM_BACKEND);
}

TEST(Check, FilesThatAreNoPlugins) {
  const test::TempDir dir;
  test::write_file(dir / "text.so", "no object");
  const Checked text = run("--json " + quoted(dir / "text.so"));
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(with_outcome(text, "fail"), Contains(Pair("object.entry", "not an ELF object")));
  const std::string good = test::read_file(module_path("good"));
  test::write_file(dir / "cut.so", good.substr(0, good.size() / 2));
  EXPECT_EQ(run(quoted(dir / "cut.so")).exit_code, 1);
}

TEST(Check, WrongRequestsExitWith2) {
  for (const char* arguments :
       {"", "/no/such/plugin.so", "--include '(' x.so", "--no-such-option", "--include nothing_at_all x.so"})
    EXPECT_EQ(run(arguments).exit_code, 2) << arguments;
  const Checked kind = run("--sample /etc/hostname:nonsense " + module("good"));
  EXPECT_EQ(kind.exit_code, 2);
  EXPECT_THAT(kind.output, HasSubstr("'nonsense' is not a kind"));
  EXPECT_EQ(run("--help").exit_code, 0);
}

TEST(Check, ListsItsTestsWithTheirRules) {
  const Checked result = run("--list");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("object.exports"));
  EXPECT_THAT(result.output, HasSubstr("P-44"));
}

TEST(Check, IncludeExcludeAndOnlyFailed) {
  const Checked chosen = run("--json --include '^object' --exclude time " + module("good"));
  EXPECT_THAT(names(with_outcome(chosen, "pass")), ElementsAre("object.entry", "object.exports", "object.load"));
  const Checked failed = run("--only-failed --include '^descriptor' " + module("bad_id"));
  EXPECT_THAT(failed.output, HasSubstr("fail  descriptor.id"));
  EXPECT_EQ(failed.output.find("pass "), std::string::npos);
}

TEST(Check, RunsInProcessForADebugger) {
  const Checked result = run("--in-process --include '^(object|descriptor)' " + module("good"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST(Check, FuzzingNamesTheSeedOfACrash) {
  const std::string options = "--json --fuzz 1 --seed 42 --include fuzz ";
  const Checked good = run(options + module("good"));
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(with_outcome(good, "pass"), Contains(Pair("hostile.fuzz", HasSubstr("seeds 42 to"))));
  const auto crashed = with_outcome(run(options + module("crashes")), "fail");
  EXPECT_THAT(crashed, Contains(Pair("hostile.fuzz", HasSubstr("at --seed 42"))));
}

TEST(Check, OurOwnBackendsPass) {
  const Checked result = run("--json '" TCM_CUDA_BACKEND "' '" TCM_ROCM_BACKEND "'");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const auto all = nlohmann::json::parse(result.output);
  EXPECT_EQ(all["failed"], 0);
  EXPECT_EQ(all["warnings"], 0);
  EXPECT_GE(all["passed"], 40);
}

}  // namespace
}  // namespace tcm
