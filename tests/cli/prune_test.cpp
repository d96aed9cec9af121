// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Prune : public CliTest {
 protected:
  Prune() { add_kernels(cache(), 4); }

  /// The program on a terminal of 80 columns, where somebody types this.
  ProgramResult ask(const std::string& answer, std::vector<std::string> arguments) {
    ProgramRun run;
    run.arguments = std::move(arguments);
    run.environment = environment_;
    run.terminal_width = 80;
    run.input = answer;
    return run_program(TCM_PROGRAM, run);
  }

  /// The program with faults of the file system, see fault_shim.c.
  ShimmedRun faulty(std::vector<std::string> arguments, const std::string& faults) {
    arguments.insert(arguments.end(), {"--cache-dir", cache().string(), "--db", database().string()});
    return run_shimmed(
        TCM_PROGRAM, arguments,
        {{"HOME", home_.path().string()}, {"TCM_TEST_ROOT", cache().string()}, {"TCM_TEST_FAULT", faults}});
  }

  /// Whether every group lists what is there, and nothing else.
  void expect_all_hits(std::size_t entries) {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(cache())) {
      if (entry.path().filename() == ".tcm-trash") continue;
      ++found;
      const auto group = nlohmann::json::parse(read_file(entry.path() / "__grp__add_kernel.json"));
      for (const auto& [name, path] : group.at("child_paths").items())
        EXPECT_TRUE(fs::exists(path.get<std::string>())) << path;
    }
    EXPECT_EQ(found, entries);
  }
};

TEST_F(Prune, ADryRunShowsThePlanAndChangesNothing) {
  const auto before = bytes_below(cache());
  const ProgramResult result = tcm({"prune", "--dry-run"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Would drop ir, source of 4 kernels: 16 files"), HasSubstr("REASON"),
                                HasSubstr("every kernel"), HasSubstr("Nothing was changed (--dry-run).")));
  EXPECT_EQ(bytes_below(cache()), before);
}

TEST_F(Prune, WithoutATerminalNothingIsDoneUnlessYesIsSaid) {
  const auto before = bytes_below(cache());
  const ProgramResult refused = tcm({"prune"});
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("--yes"));
  EXPECT_EQ(bytes_below(cache()), before);
  const ProgramResult done = tcm({"prune", "-y"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("Dropped ir, source of 4 kernels: 16 files"));
  expect_all_hits(4);
  const ProgramResult again = tcm({"prune"});
  EXPECT_EQ(again.exit_code, 0) << "there is nothing to ask about";
  EXPECT_THAT(again.out, HasSubstr("Nothing to do"));
}

TEST_F(Prune, EverythingIsRemovedOnlyWhenAllIsSaid) {
  const ProgramResult refused = tcm({"prune", "--full", "-y"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--full without a filter would remove all 4 kernels; add a filter or --all"));
  EXPECT_EQ(tcm({"prune", "--full", "--all", "-y"}).exit_code, 0);
  EXPECT_TRUE(fs::is_empty(cache()));
  EXPECT_EQ(tcm({"list", "-q"}).out, "");
}

TEST_F(Prune, JsonHasEveryRowWithItsReason) {
  const auto plan = json({"prune", "--json", "--dry-run"});
  EXPECT_EQ(plan.at("schema"), 1);
  EXPECT_EQ(plan.at("dry_run"), true);
  EXPECT_TRUE(plan.at("done").is_null());
  EXPECT_EQ(plan.at("plan").at("items").as_array().size(), 4U);
  const auto& item = plan.at("plan").at("items").at(0);
  EXPECT_EQ(item.at("action"), "drop");
  EXPECT_EQ(item.at("files"), 4);
  EXPECT_EQ(item.at("reason"), "every kernel");
  const auto done = json({"prune", "--json", "-y"});
  EXPECT_EQ(done.at("done").at("files"), done.at("plan").at("files"));
  EXPECT_EQ(done.at("done").at("freed_bytes"), done.at("plan").at("frees_bytes"));
  EXPECT_EQ(done.at("done").at("bytes"), plan.at("plan").at("bytes"));
}

TEST_F(Prune, OnATerminalItFitsAndAsks) {
  const auto before = bytes_below(cache());
  for (const std::string answer : {"n\n", "\n", "yup\n"}) {
    const ProgramResult result = ask(answer, {"prune"});
    EXPECT_THAT(result.out, HasSubstr("Proceed? [y/N]"));
    EXPECT_EQ(result.exit_code, 5) << answer;
    for (const std::string& line : lines_of(result.out)) EXPECT_LE(line.size(), 90U) << line;
  }
  EXPECT_EQ(bytes_below(cache()), before);
  EXPECT_EQ(ask("y\n", {"prune"}).exit_code, 0);
  EXPECT_LT(bytes_below(cache()), before);
}

TEST_F(Prune, ContradictionsAreUsageErrors) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"prune", "--full", "--deduplicate"},
                                             {"prune", "--full", "--drop", "ir"},
                                             {"prune", "--drop", "binary"},
                                             {"prune", "--all"},
                                             {"prune", "--group-by", "name"},
                                             {"prune", "--low-water", "50%"},
                                             {"prune", "--max-size", "lots"},
                                             {"prune", "--grace", "soon"},
                                             {"prune", "--unused-for", "ages"},
                                             {"prune", "--deduplicate=exactly"},
                                             {"prune", "--trash"},
                                             {"prune", "--older-than", "yesterdayish"}}) {
    const ProgramResult result = tcm(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments.back() << result.err;
    EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
  }
  EXPECT_THAT(tcm({"prune", "--dry-rum"}).err, HasSubstr("did you mean --dry-run?"));
}

// The same words mean the same kernels in every command.
TEST_F(Prune, WhatIsListedIsWhatIsPruned) {
  const fs::path other = home_ / "other";
  add_kernel(other, {.seed = 9});
  tcm({"index"});
  tcm({"index", "--cache-dir", other.string()});
  EXPECT_EQ(lines_of(tcm({"list", "-q"}).out).size(), 5U);
  EXPECT_THAT(tcm({"prune", "-y"}).out, HasSubstr("of 5 kernels"));
}

TEST_F(Prune, TwoAtOnceDoNotMeet) {
  tcm({"index"});
  bool met = false;
  const ShimmedRun first = run_shimmed(
      TCM_PROGRAM, {"prune", "-y", "--cache-dir", cache().string(), "--db", database().string()},
      {{"HOME", home_.path().string()}, {"TCM_TEST_ROOT", cache().string()}, {"TCM_TEST_PAUSE_AT", "3"}}, [&] {
        met = true;
        const ProgramResult second = tcm({"prune", "-y", "--full", "--all"});
        EXPECT_EQ(second.exit_code, 7) << second.err;
        EXPECT_THAT(second.err, HasSubstr("another tcm"));
      });
  EXPECT_TRUE(met);
  EXPECT_EQ(first.exit_code, 0) << first.output;
  expect_all_hits(4);
}

// What could not be removed is named, stays in the index, and does not stop the rest.
TEST_F(Prune, AFailingSystemCallIsSaidAndTheRestGoesOn) {
  struct Case {
    std::vector<std::string> how;
    std::string fault;
    std::string says;
    std::size_t left;
  };
  for (const Case& one :
       std::vector<Case>{{{"prune", "-y"}, "unlinkat:1:EIO@/", "Input/output error", 4},
                         {{"prune", "-y"}, "renameat:2:EACCES", "Permission denied", 4},
                         {{"prune", "-y"}, "write:2:EIO@.tcm-trash", "Input/output error", 4},
                         {{"prune", "-y"}, "syncfs:1:EIO", "Input/output error", 4},
                         {{"prune", "-y", "--full", "--all"}, "renameat2:2:EACCES", "Permission denied", 1},
                         {{"prune", "-y", "--full", "--all"}, "unlinkat:5:EIO", "Input/output error", 0}}) {
    fs::remove_all(cache());
    fs::create_directories(cache());
    add_kernels(cache(), 4);
    const ShimmedRun run = faulty(one.how, one.fault);
    EXPECT_EQ(run.exit_code, 3) << one.fault << ": " << run.output;
    EXPECT_THAT(run.output, AllOf(HasSubstr(one.says), HasSubstr(cache().string() + "/"))) << one.fault;
    EXPECT_THAT(run.output, Not(HasSubstr("terminate"))) << one.fault;
    expect_all_hits(one.left);
    const ProgramResult listed = tcm({"list", "-q"});
    EXPECT_EQ(lines_of(listed.out).size(), one.left) << one.fault;
    EXPECT_EQ(tcm({"prune", "-y"}).exit_code, 0) << "the next one finishes";
    EXPECT_FALSE(fs::exists(cache() / ".tcm-trash")) << one.fault;
  }
}

TEST_F(Prune, RmTakesKeysAlsoFromAPipe) {
  tcm({"index"});
  EXPECT_EQ(tcm({"rm", make_key(1).substr(0, 10), "-y"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(cache() / make_key(1)));
  EXPECT_EQ(tcm({"rm", "nothing", "-y"}).exit_code, 6);
  ProgramRun piped;
  piped.arguments = {"rm", "-", "-y"};
  piped.environment = environment_;
  piped.input = tcm({"list", "-q"}).out;
  EXPECT_EQ(run_program(TCM_PROGRAM, piped).exit_code, 0);
  EXPECT_TRUE(fs::is_empty(cache()));
}

// The index is a mirror, and may be deleted at any time.
TEST_F(Prune, TheTrashNeedsNoIndex) {
  EXPECT_EQ(tcm({"prune", "--full", "--all", "--trash", "-y", "--grace", "0s"}).exit_code, 0);
  fs::remove(database());
  EXPECT_THAT(tcm({"trash", "list"}).out, HasSubstr(cache().string()));
  fs::remove(database());
  EXPECT_EQ(tcm({"trash", "restore", "last"}).out, "Restored 4 entries.\n");
  EXPECT_FALSE(fs::exists(database()));
  EXPECT_EQ(tcm({"index"}).exit_code, 0);
  EXPECT_EQ(json({"list", "--json"}).at("total").as_int64(), 4);
}

TEST_F(Prune, TheTrashGivesBackWhatWasRemoved) {
  const auto before = bytes_below(cache());
  const ProgramResult removed = tcm({"prune", "--full", "--all", "--trash", "-y"});
  EXPECT_THAT(removed.out, HasSubstr("undo: tcm trash restore "));
  EXPECT_THAT(tcm({"trash", "list"}).out, AllOf(HasSubstr("ENTRIES"), HasSubstr("4")));
  const auto listed = json({"trash", "list", "--json"});
  EXPECT_EQ(listed.at("bins").at(0).at("entries"), 4);
  EXPECT_THAT(tcm({"trash", "restore", "last"}).out, HasSubstr("Restored 4 entries"));
  EXPECT_EQ(bytes_below(cache()), before);
  EXPECT_EQ(lines_of(tcm({"list", "-q"}).out).size(), 4U);
  EXPECT_EQ(tcm({"trash", "restore", "last"}).exit_code, 6);
  tcm({"rm", make_key(1), "--trash", "-y"});
  EXPECT_EQ(tcm({"trash", "empty"}).exit_code, 5);
  EXPECT_EQ(tcm({"trash", "empty", "-y"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(cache() / ".tcm-trash"));
}

// Who runs it from a timer wants to hear of it.
TEST_F(Prune, ABudgetThatIsNotMetIsPartlyDone) {
  const ProgramResult ir_alone = tcm({"prune", "--max-size", "1K", "-y"});
  EXPECT_EQ(ir_alone.exit_code, 3);
  EXPECT_THAT(ir_alone.out, HasSubstr("1.0 KiB cannot be met by dropping IR: --full would remove whole entries"));
  EXPECT_EQ(tcm({"prune", "--max-size", "1K", "-y"}).exit_code, 3) << "nor when there is nothing left to do";
  EXPECT_EQ(tcm({"prune", "--full", "--max-size", "1K", "--older-than", "400d", "-y"}).exit_code, 3);
  EXPECT_EQ(tcm({"prune", "--full", "--max-size", "1K", "-y"}).exit_code, 0);
}

TEST_F(Prune, APlanSaysWhichFileALimitStandsIn) {
  const fs::path file = home_ / ".config/tcm/config.toml";
  write_file(file, "[prune]\nmax_files = 20\nunused_for = \"1y\"\n");
  const ProgramResult plan = tcm({"prune", "--full", "--dry-run"});
  EXPECT_THAT(plan.out, AllOf(HasSubstr("  prune.max_files 20 (" + file.string() + ":2): 32 files used"),
                              HasSubstr("  prune.unused_for 365d (" + file.string() + ":3): 0 of these")));
  const ProgramResult filtered = tcm({"prune", "--full", "-a", "90", "--dry-run"});
  EXPECT_THAT(filtered.err, HasSubstr("Not applied: prune.max_files 20 (" + file.string() + ":2)"));
  EXPECT_THAT(filtered.err, HasSubstr("because of --arch."));
}

// A job may ask for either key of equal kernels, as torch.compile does.
TEST_F(Prune, DeduplicationTakesNoHitUnlessThatIsAskedFor) {
  add_kernel(cache(), {.seed = 11});
  const ProgramResult linked = tcm({"prune", "--deduplicate", "--dry-run"});
  EXPECT_THAT(linked.out, AllOf(HasSubstr("Would link equal files"), Not(HasSubstr("cost:"))));
  const ProgramResult removed = tcm({"prune", "--deduplicate=content", "--dry-run"});
  EXPECT_THAT(removed.out, HasSubstr("cost: 1 kernel is compiled again if a job asks for the older key"));
}

TEST_F(Prune, TheTrashIsEmptiedByIdOrByLast) {
  tcm({"rm", make_key(1), "--trash", "-y"});
  const ProgramResult wrong = tcm({"trash", "empty", "foo", "-y"});
  EXPECT_EQ(wrong.exit_code, 6);
  EXPECT_THAT(wrong.out + wrong.err, Not(HasSubstr("is empty")));
  EXPECT_EQ(tcm({"trash", "empty", "foo"}).exit_code, 6) << "before anything is asked";
  EXPECT_THAT(tcm({"trash", "list"}).out, AllOf(HasSubstr("EXPIRES"), HasSubstr("in 6d")));
  EXPECT_THAT(tcm({"trash", "empty", "last", "-y"}).out, HasSubstr("Removed 1 entry"));
}

TEST_F(Prune, ConfiguredLimitsCountWhenNothingElseIsSaid) {
  environment_["TCM_PRUNE_MAX_FILES"] = "20";
  EXPECT_THAT(tcm({"prune", "--full", "--dry-run"}).out, HasSubstr("Would remove 2 kernels"));
  EXPECT_THAT(tcm({"prune", "--full", "--all", "--dry-run"}).out, HasSubstr("Would remove 4 kernels"));
  EXPECT_THAT(tcm({"prune", "--full", "--arch", "90", "--dry-run"}).out, HasSubstr("Would remove 1 kernel"));
  EXPECT_EQ(tcm({"prune", "--full", "--max-files", "none", "--dry-run"}).exit_code, 2) << "nothing is chosen then";
}

TEST_F(Prune, AnEntryThatWasNamedAndStaysIsPartlyDone) {
  const ProgramResult kept = tcm({"rm", make_key(1), "--grace", "2h", "-y"});
  EXPECT_EQ(kept.exit_code, 3);
  EXPECT_TRUE(fs::exists(cache() / make_key(1)));
  EXPECT_EQ(tcm({"prune", "--full", "--all", "--grace", "2h", "-y"}).exit_code, 0) << "nobody named it";
}

TEST_F(Prune, ABudgetSaysWhatTheTrashTakes) {
  tcm({"rm", make_key(1), "--trash", "-y"});
  EXPECT_THAT(tcm({"prune", "--full", "--max-size", "100K", "--dry-run"}).err, HasSubstr("its trash takes"));
}

TEST_F(Prune, NumbersThatAreNoneAreRefused) {
  for (const char* option : {"--max-files", "--keep-newest"})
    for (const char* word : {"-1", "1e3", "99999999999999999999", ""}) {
      const ProgramResult refused = tcm({"prune", "--full", option, word, "--dry-run"});
      EXPECT_EQ(refused.exit_code, 2) << option << " " << word;
      EXPECT_THAT(refused.err, HasSubstr(option));
    }
}

TEST_F(Prune, AConfiguredTrashIsUsedUnlessItWouldTakeTheRoomToBeFreed) {
  environment_["TCM_PRUNE_TRASH"] = "true";
  const ProgramResult needs_room = tcm({"prune", "--full", "--max-size", "100K", "--dry-run"});
  EXPECT_THAT(needs_room.err, HasSubstr("Ignoring prune.trash"));
  EXPECT_THAT(tcm({"prune", "--full", "--max-files", "20", "-y"}).out, HasSubstr("undo: tcm trash restore "));
  EXPECT_THAT(tcm({"trash", "list"}).out, HasSubstr("ENTRIES"));
  EXPECT_THAT(tcm({"prune", "--full", "--all", "--no-trash", "-y"}).out, Not(HasSubstr("undo:")));
}

}  // namespace
}  // namespace tcm::test
