// SPDX-License-Identifier: Apache-2.0
// Without an index: what looks makes none, and what changes a cache works all the same.
#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class NoIndex : public CliTest {
 protected:
  void expect_none() const {
    EXPECT_FALSE(fs::exists(database().parent_path())) << "made " << database().parent_path();
  }
};

TEST_F(NoIndex, WhatLooksMakesNone) {
  add_kernels(cache(), 2);
  const std::string typo = (home_ / "typo").string();
  struct Answer {
    std::vector<std::string> arguments;
    int exit_code;
    std::string says;
  };
  for (const Answer& one : std::vector<Answer>{{{"list"}, 6, "run `tcm index` first"},
                                               {{"stats"}, 6, "run `tcm index` first"},
                                               {{"show", "x"}, 6, "run `tcm index` first"},
                                               {{"trash", "list"}, 0, "The trash is empty."},
                                               {{"trash", "empty", "-y"}, 0, "The trash is empty."},
                                               {{"trash", "restore", "last"}, 6, "the trash is empty"},
                                               {{"rm", "NOSUCHKEY", "-y"}, 6, "NOSUCHKEY"},
                                               {{"index", "--cache-dir", typo}, 6, typo},
                                               {{"prune", "--dry-run", "--cache-dir", typo}, 6, typo},
                                               {{"prune", "--dry-run"}, 0, "Would drop ir, source of 2 kernels"},
                                               {{"prune", "--leftovers", "-y"}, 0, "Nothing to do"}}) {
    const ProgramResult result = tcm(one.arguments);
    EXPECT_EQ(result.exit_code, one.exit_code) << one.arguments[0] << ": " << result.err;
    EXPECT_THAT(result.out + result.err, HasSubstr(one.says));
    expect_none();
  }
}

TEST_F(NoIndex, APruneMakesOneThatKnowsWhatIsLeft) {
  add_kernels(cache(), 2);
  const ProgramResult pruned = tcm({"prune", "-y"});
  EXPECT_EQ(pruned.exit_code, 0) << pruned.err;
  EXPECT_EQ(pruned.err, "");
  EXPECT_EQ(tcm({"rm", make_key(1), "-y"}).exit_code, 0);
  EXPECT_EQ(tcm({"list", "-q"}).out, make_key(2) + "\n");
}

TEST_F(NoIndex, WhatAKilledPruneLeftIsSeenAndCleared) {
  add_kernels(cache(), 2);
  tcm({"index"});
  const fs::path left = cache() / ".tcm-trash" / "tmp.999999999.0";
  for (const std::vector<std::string>& way :
       {std::vector<std::string>{"trash", "empty", "-y"}, {"prune", "--leftovers", "-y"}, {"prune", "-y"}}) {
    write_file(left / make_key(9) / "add_kernel.cubin", std::string(100'000, 'x'));
    EXPECT_THAT(tcm({"trash", "list"}).out, AllOf(HasSubstr("tmp.999999999.0"), HasSubstr("97.7 KiB")));
    EXPECT_THAT(tcm({"stats"}).err, HasSubstr("In the trash: 97.7 KiB"));
    EXPECT_EQ(tcm({"trash", "restore", "last"}).exit_code, 6) << "half of an entry is no entry";
    const ProgramResult cleared = tcm(way);
    EXPECT_EQ(cleared.exit_code, 0) << cleared.err;
    EXPECT_FALSE(fs::exists(cache() / ".tcm-trash")) << way.front() << ": " << cleared.out;
  }
  EXPECT_THAT(tcm({"stats"}).err, Not(HasSubstr("In the trash")));
}

}  // namespace
}  // namespace tcm::test
