// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/filters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/text/time.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::service {
namespace {

using index::Comparison;
using testing::HasSubstr;

constexpr std::int64_t kFilterTime = 1'800'000'000 * util::kSecond;

class Filters : public testing::Test {
 protected:
  Result<index::Criteria> parse(const FilterWords& words) { return parse_filters(words, backends_, kFilterTime); }

  std::string error(const FilterWords& words) {
    const auto criteria = parse(words);
    if (criteria) return "parsed";
    EXPECT_EQ(criteria.error().code, ErrorCode::usage);
    return criteria.error().message;
  }

  Backends backends_{test::built_plugins()};
};

// Taken for an absent filter, a zero duration would let prune delete the whole cache.
TEST_F(Filters, AZeroDurationIsABoundAndMeansNow) {
  FilterWords younger;
  younger.younger_than = {"0d"};
  const auto criteria = parse(younger);
  ASSERT_TRUE(criteria);
  EXPECT_EQ(criteria->modified_after_ns, kFilterTime);
  FilterWords older;
  older.older_than = {"0s"};
  EXPECT_EQ(parse(older)->modified_before_ns, kFilterTime);
}

// Every unit that people write, not days and weeks only.
TEST_F(Filters, EveryUnitOfTimeIsUnderstood) {
  for (const auto& [text, seconds] : std::vector<std::pair<std::string, std::int64_t>>{{"30s", 30},
                                                                                       {"10m", 600},
                                                                                       {"12h", 43200},
                                                                                       {"7d", 604800},
                                                                                       {"2w", 1209600},
                                                                                       {"1mo", 2592000},
                                                                                       {"1y", 31536000}}) {
    FilterWords words;
    words.older_than = {text};
    const auto criteria = parse(words);
    ASSERT_TRUE(criteria) << text;
    EXPECT_EQ(criteria->modified_before_ns, kFilterTime - seconds * util::kSecond) << text;
  }
}

TEST_F(Filters, BoundsThatContradictEachOtherAreRefused) {
  FilterWords words;
  words.older_than = {"7d"};
  words.younger_than = {"2d"};
  EXPECT_THAT(error(words), HasSubstr("--older-than 7d and --younger-than 2d contradict each other"));
  words.younger_than = {"9d"};
  EXPECT_TRUE(parse(words));
}

TEST_F(Filters, BadValuesNameTheOptionTheValueAndTheForm) {
  FilterWords age;
  age.older_than = {"soon"};
  EXPECT_THAT(error(age), testing::AllOf(HasSubstr("--older-than"), HasSubstr("soon")));
  FilterWords kind;
  kind.kinds = {"kernal"};
  EXPECT_THAT(error(kind), testing::AllOf(HasSubstr("--kind: 'kernal'"), HasSubstr("kernel, module")));
  FilterWords size;
  size.sizes = {">big"};
  EXPECT_THAT(error(size), testing::AllOf(HasSubstr("--size"), HasSubstr("big")));
  FilterWords version;
  for (const char* text : {"three", "", ">=", "3.6.0rc1", "3.6.", "1.2.3.4", "!=3.6"}) {
    version.triton_versions = {text};
    EXPECT_THAT(error(version), HasSubstr("--triton-version")) << text;
  }
  FilterWords name;
  name.names = {""};
  EXPECT_THAT(error(name), HasSubstr("--name"));
}

// People do not write backends and architectures as Triton does.
TEST_F(Filters, BackendsAndArchitecturesAreUnderstoodInUsersWords) {
  for (const char* word : {"rocm", "hip", "ROCm", "amd"}) {
    FilterWords words;
    words.backends = {word};
    const auto criteria = parse(words);
    ASSERT_TRUE(criteria);
    EXPECT_EQ(criteria->backends.at(0).text, "hip") << word;
  }
  for (const char* word : {"90", "sm_90", "sm90", "SM_90"}) {
    FilterWords words;
    words.archs = {word};
    const auto criteria = parse(words);
    ASSERT_TRUE(criteria);
    bool found = false;
    for (const index::ArchMatch& match : criteria->archs)
      found = found || (match.backend == "cuda" && match.arch == "90");
    EXPECT_TRUE(found) << word;
  }
}

TEST_F(Filters, ABackendWithoutAPluginIsFoundByItsTargetName) {
  FilterWords words;
  words.backends = {"NPU"};
  EXPECT_EQ(parse(words)->backends.at(0).text, "npu");
}

TEST_F(Filters, AnExclamationMarkNegates) {
  FilterWords words;
  words.names = {"!add_kernel", "matmul_kernel"};
  words.kinds = {"!empty"};
  const auto criteria = parse(words);
  ASSERT_TRUE(criteria);
  EXPECT_TRUE(criteria->names.at(0).negate);
  EXPECT_EQ(criteria->names.at(0).text, "add_kernel");
  EXPECT_FALSE(criteria->names.at(1).negate);
  EXPECT_EQ(criteria->kinds.size(), model::kEntryKinds.size() - 1);
}

TEST(VersionBounds, AShortVersionStandsForAllThatStartWithIt) {
  const auto bounds = parse_version_bounds("3.3");
  ASSERT_TRUE(bounds);
  ASSERT_EQ(bounds->size(), 2U);
  EXPECT_EQ(bounds->at(0).rank, index::version_rank("3.3.0"));
  EXPECT_EQ(bounds->at(1).rank, *index::version_rank("3.4.0") - 1);
}

TEST(VersionBounds, SeveralBoundsAllHold) {
  const auto bounds = parse_version_bounds(" >=3.3 , <3.5 ");
  ASSERT_TRUE(bounds);
  ASSERT_EQ(bounds->size(), 2U);
  EXPECT_EQ(bounds->at(0).comparison, Comparison::greater_equal);
  EXPECT_EQ(bounds->at(0).rank, index::version_rank("3.3.0"));
  EXPECT_EQ(bounds->at(1).comparison, Comparison::less);
  EXPECT_EQ(bounds->at(1).rank, index::version_rank("3.5.0"));
  EXPECT_EQ(parse_version_bounds(">3.3")->at(0).rank, *index::version_rank("3.4.0") - 1);
}

TEST(SizeBounds, ABareSizeMeansAtLeast) {
  EXPECT_EQ(parse_size_bound("1M")->comparison, Comparison::greater_equal);
  EXPECT_EQ(parse_size_bound("1M")->bytes, 1 << 20);
  EXPECT_EQ(parse_size_bound("<=64K")->comparison, Comparison::less_equal);
  EXPECT_EQ(parse_size_bound("> 0")->bytes, 0);
  EXPECT_FALSE(parse_size_bound(">"));
}

TEST(EmptyFilters, AreToldFromOnesThatNarrow) {
  EXPECT_TRUE(is_empty({}));
  FilterWords words;
  words.younger_than = {"0d"};
  EXPECT_FALSE(is_empty(words));
}

}  // namespace
}  // namespace tcm::service
