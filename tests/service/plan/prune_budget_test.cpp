// SPDX-License-Identifier: Apache-2.0
#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class BudgetTest : public PruneTest {
 protected:
  /// Kernels in two roots, used longer ago the higher their seed.
  BudgetTest() {
    for (std::uint64_t i = 1; i <= 6; ++i)
      add_kernel(i % 2 ? cache() : other_, {.seed = i, .age = std::chrono::hours(24 * i)});
    one_ = disk_usage(cache() / make_key(1));
  }

  PruneRequest request_with(service::Budget budget, PruneMode mode = PruneMode::full) {
    PruneRequest made = request(mode, {cache(), other_});
    made.all = false;
    made.budget = budget;
    return made;
  }

  /// What the entries take, whatever their roots do.
  std::uint64_t used() const {
    std::uint64_t bytes = 0;
    for (const fs::path& root : {cache(), other_})
      for (const auto& entry : fs::directory_iterator(root)) bytes += disk_usage(entry.path());
    return bytes;
  }

  fs::path other_ = directory_ / "other";
  std::uint64_t one_ = 0;
};

TEST_F(BudgetTest, TheLeastRecentlyUsedGoFirstInOneOrderOverAllRoots) {
  const std::uint64_t allowed = used() - 2 * one_;
  service::Plan made = plan(request_with({.max_bytes = allowed}));
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(6), make_key(5)));
  EXPECT_EQ(kept(made.kept, KeptReason::within_budget), 4U);
  ASSERT_EQ(made.budgets.size(), 1U);
  EXPECT_EQ(made.budgets.at(0).used, used());
  EXPECT_TRUE(made.budgets.at(0).met());
  const std::uint64_t afterwards = made.budgets.at(0).afterwards;
  carry_out(made);
  EXPECT_EQ(used(), afterwards);
  EXPECT_LE(used(), allowed);
  EXPECT_TRUE(plan(request_with({.max_bytes = allowed})).empty()) << "once met, a budget asks for nothing";
}

TEST_F(BudgetTest, TheLowWaterMarkIsGoneDownToOnlyOnceTheLimitIsPassed) {
  EXPECT_TRUE(plan(request_with({.max_bytes = used(), .low_water = 50})).empty());
  service::Plan made = plan(request_with({.max_bytes = used() - 1, .low_water = 50}));
  const service::BudgetState& state = made.budgets.at(0);
  EXPECT_TRUE(state.met());
  EXPECT_GT(state.afterwards + items(made).back().frees, state.target) << "and no further";
}

TEST_F(BudgetTest, FilesCanBeBudgeted) {
  service::Plan made = plan(request_with({.max_files = 30}));
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(6), make_key(5), make_key(4)));
  EXPECT_EQ(made.budgets.at(0).used, 48U);
  EXPECT_EQ(made.budgets.at(0).afterwards, 24U);
}

TEST_F(BudgetTest, DroppingIrGoesTowardsABudgetToo) {
  service::Plan made = plan(request_with({.max_files = 40}, PruneMode::drop));
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(6), make_key(5)));
  EXPECT_EQ(carry_out(made).done.files, 8U);
}

TEST_F(BudgetTest, ABudgetThatCannotBeMetSaysSo) {
  PruneRequest wanted = request_with({.max_bytes = 0});
  wanted.filters.names = {"no_such_kernel"};
  service::Plan made = plan(wanted);
  EXPECT_TRUE(made.empty());
  EXPECT_FALSE(made.budgets.at(0).met());
}

TEST_F(BudgetTest, FreeSpaceIsMeasuredWhereTheRootsLie) {
  EXPECT_TRUE(plan(request_with({.min_free = 1})).empty());
  service::Plan made = plan(request_with({.min_free = std::uint64_t{1} << 62}));
  EXPECT_EQ(made.items.sums().entries, 6U) << "all that may go, since it can never be enough";
  EXPECT_FALSE(made.budgets.at(0).met());
  EXPECT_THAT(made.budgets.at(0).limit, HasSubstr("--min-free"));
}

TEST_F(BudgetTest, FreeSpaceMayBeAShareOfTheFileSystem) {
  PruneRequest wanted = request_with({.min_free_percent = 100});
  service::Plan made = plan(wanted);
  EXPECT_EQ(made.items.sums().entries, 6U) << "no file system is empty";
  EXPECT_FALSE(made.budgets.at(0).met());
}

// A limit of age and one of size are each enforced, as in a journal.
TEST_F(BudgetTest, EachLimitIsReasonEnough) {
  PruneRequest wanted = request_with({.max_bytes = used() + 1});
  wanted.unused_since_ns = util::now_ns() - 4 * util::kDay - util::kHour;
  service::Plan old = plan(wanted);
  EXPECT_THAT(planned_keys(old), ElementsAre(make_key(6), make_key(5))) << "within the budget, and too old";
  EXPECT_EQ(old.limits.at(0).entries, 2U);
  wanted.budget.max_bytes = used() - 3 * one_;
  service::Plan more = plan(wanted);
  EXPECT_THAT(planned_keys(more), ElementsAre(make_key(6), make_key(5), make_key(4)));
  EXPECT_EQ(items(more).at(0).reason, "last used 6d ago");
  EXPECT_THAT(items(more).at(2).reason, HasSubstr("least recently used"));
  EXPECT_TRUE(more.budgets.at(0).met());
}

TEST_F(BudgetTest, TheNumberOfAGroupIsALimitBesideABudget) {
  PruneRequest wanted = request_with({.max_bytes = used() - 5 * one_});
  wanted.keep_newest = 4;
  wanted.group_by = {"name"};
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(6), make_key(5), make_key(4), make_key(3), make_key(2)));
  EXPECT_THAT(items(made).at(1).reason, HasSubstr("not among the newest 4"));
  EXPECT_THAT(items(made).at(2).reason, HasSubstr("least recently used"));
}

TEST_F(BudgetTest, FiltersSayWhatMayGoAndNotWhatCounts) {
  PruneRequest wanted = request_with({.max_bytes = used() - one_});
  wanted.filters.younger_than = {"3d"};
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(2)));
}

// Several names of one file take its room once, and give it back with the last of them.
TEST_F(BudgetTest, HardLinksCountOnce) {
  prune(request(PruneMode::share, {cache(), other_}));
  service::Plan made = plan(request_with({.max_bytes = 1}));
  const std::uint64_t planned = made.items.sums().frees;
  EXPECT_LT(made.budgets.at(0).used, 6 * one_);
  EXPECT_EQ(made.budgets.at(0).used, planned) << "all of it goes";
  EXPECT_EQ(carry_out(made).done.frees, planned);
  EXPECT_TRUE(fs::is_empty(cache()) && fs::is_empty(other_));
}

}  // namespace
}  // namespace tcm::test
