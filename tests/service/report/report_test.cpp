// SPDX-License-Identifier: Apache-2.0
#include "core/service/report/report.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

class ReportOf : public ServiceTest {
 protected:
  service::Report report() {
    auto made = service::make_report({}, index_, backends_, util::now_ns());
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }

  static std::int64_t kernels_of(const service::Histogram& histogram) {
    std::int64_t sum = histogram.unknown.kernels;
    for (const service::Bar& bar : histogram.bars) sum += bar.kernels;
    return sum;
  }
};

TEST_F(ReportOf, EveryHistogramCountsEveryKernelOnce) {
  add_kernels(cache(), 8);
  add_module(cache(), 20, "cuda_utils.so");
  index_all();
  const service::Report made = report();
  EXPECT_EQ(made.stats.total.kernels, 8);
  EXPECT_EQ(kernels_of(made.ages), 8);
  EXPECT_EQ(kernels_of(made.spills), 8);
  EXPECT_EQ(kernels_of(made.first_seen), 8);
  EXPECT_EQ(made.ages.bars.front().kernels, 8) << "they are an hour old";
  std::uint64_t tree = made.tree.rest;
  for (const index::Group& group : made.tree.targets) tree += group.sums.bytes.total();
  EXPECT_EQ(tree, made.stats.total.bytes.total()) << "the treemap leaves nothing out";
}

TEST_F(ReportOf, KernelsThatAgreeInAllButTheirKeyAreLikelyDuplicates) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    KernelSpec spec;
    spec.seed = seed;
    add_kernel(cache(), spec);
  }
  KernelSpec other;
  other.seed = 4;
  other.set = {{"/num_warps", "8"}};
  add_kernel(cache(), other);
  index_all();
  const service::Report made = report();
  EXPECT_EQ(made.duplicate_kernels, 2);
  ASSERT_EQ(made.duplicates.size(), 1U);
  EXPECT_EQ(made.duplicates.front().copies, 2);
  EXPECT_EQ(made.duplicates.front().bytes, made.duplicate_bytes);
}

TEST_F(ReportOf, ProblemsAreCountedByTheirReason) {
  KernelSpec broken;
  broken.seed = 5;
  std::filesystem::remove(add_kernel(cache(), broken) / "add_kernel.json");
  add_kernels(cache(), 1);
  index_all();
  const service::Report made = report();
  ASSERT_EQ(made.problems.size(), 1U);
  EXPECT_EQ(made.problems.front().reason, model::SkipReason::metadata_missing);
  EXPECT_EQ(made.problems.front().records, 1);
}

TEST(Histograms, ARangeHasItsUpperBound) {
  service::Ranges ranges({{0, "none"}, {16, "few"}}, "many");
  for (const std::int64_t value : {0, 1, 16, 17}) ranges.count(value, 1);
  std::vector<std::int64_t> counts;
  for (const service::Bar& bar : ranges.histogram().bars) counts.push_back(bar.kernels);
  EXPECT_EQ(counts, (std::vector<std::int64_t>{1, 2, 1}));
}

TEST(Histograms, OldMonthsAreOneBarWhateverTheOrder) {
  service::Months months(2);
  constexpr std::int64_t kMonth = 31 * util::kDay;
  for (const std::int64_t month : {3, 0, 2, 1, 3}) months.count(month * kMonth, 10);
  const service::Histogram histogram = months.histogram();
  ASSERT_EQ(histogram.bars.size(), 3U);
  EXPECT_EQ(histogram.bars[0].label, "earlier");
  EXPECT_EQ(histogram.bars[0].kernels, 2);
  EXPECT_EQ(histogram.bars[0].bytes, 20U);
  EXPECT_EQ(histogram.bars[1].label, "1970-03");
  EXPECT_EQ(histogram.bars[2].kernels, 2);
}

}  // namespace
}  // namespace tcm::test
