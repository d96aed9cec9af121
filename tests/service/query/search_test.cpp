// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

using service::FilterWords;
using testing::HasSubstr;

class Search : public ServiceTest {
 protected:
  Search() {
    add("matmul_kernel", 1, kCuda90, std::chrono::hours(24 * 40), "3.3.1");
    add("matmul_kernel", 2, kCuda80, std::chrono::hours(2), "3.6.0");
    add("matmul-kernel", 3, kHip942, std::chrono::hours(48), "3.6.0");
    add("softmax", 4, kHip90a, std::chrono::minutes(1), "");
    index_all();
  }

  void add(const std::string& name, std::uint64_t seed, std::string_view source, std::chrono::nanoseconds age,
           const std::string& version) {
    KernelSpec spec;
    spec.name = name;
    spec.seed = seed;
    spec.source = source;
    spec.age = age;
    if (version.empty())
      spec.erase = {"/triton_version"};
    else
      // What 3.3 to 3.5 need and the release that wrote the real entry did not.
      spec.set = {{"/triton_version", '"' + version + '"'}, {"/cluster_dims", "[1, 1, 1]"}};
    add_kernel(cache(), spec);
  }

  static std::multiset<std::string> seeds(std::initializer_list<std::uint64_t> numbers) {
    std::multiset<std::string> result;
    for (const std::uint64_t number : numbers) result.insert(make_key(number));
    return result;
  }
};

TEST_F(Search, FindsByExactNameWithoutWildcards) {
  FilterWords words;
  words.names = {"matmul_kernel"};
  EXPECT_EQ(keys(words), seeds({1, 2})) << "the underscore stands for itself";
  words.names = {"matmul_kernel", "softmax"};
  EXPECT_EQ(keys(words), seeds({1, 2, 4}));
  words.names = {"!matmul_kernel"};
  EXPECT_EQ(keys(words), seeds({3, 4}));
  words.names = {"matmul%"};
  EXPECT_TRUE(keys(words).empty());
}

TEST_F(Search, FindsByGlob) {
  FilterWords words;
  words.globs = {"matmul?kernel"};
  EXPECT_EQ(keys(words), seeds({1, 2, 3}));
  words.globs = {"s*"};
  EXPECT_EQ(keys(words), seeds({4}));
  words.globs = {"!s*"};
  EXPECT_EQ(keys(words), seeds({1, 2, 3}));
}

TEST_F(Search, UsersWordsForBackendsAndArchitecturesMeanTheSame) {
  for (const char* word : {"rocm", "hip", "HIP"}) {
    FilterWords words;
    words.backends = {word};
    EXPECT_EQ(keys(words), seeds({3, 4})) << word;
  }
  for (const char* word : {"90", "sm_90", "sm90"}) {
    FilterWords words;
    words.archs = {word};
    EXPECT_EQ(keys(words), seeds({1})) << word;
  }
  FilterWords both;
  both.backends = {"rocm"};
  both.archs = {"gfx942"};
  EXPECT_EQ(keys(both), seeds({3}));
}

TEST_F(Search, FindsByAge) {
  FilterWords words;
  words.older_than = {"30d"};
  EXPECT_EQ(keys(words), seeds({1}));
  words.older_than = {"1h"};
  words.younger_than = {"3d"};
  EXPECT_EQ(keys(words), seeds({2, 3}));
  FilterWords now;
  now.younger_than = {"0d"};
  EXPECT_TRUE(keys(now).empty()) << "nothing is younger than now";
  now.younger_than.clear();
  now.older_than = {"0d"};
  EXPECT_EQ(keys(now).size(), 4U);
}

TEST_F(Search, FindsByTritonVersion) {
  FilterWords words;
  words.triton_versions = {"3.6"};
  EXPECT_EQ(keys(words), seeds({2, 3}));
  words.triton_versions = {">=3.3,<3.5"};
  EXPECT_EQ(keys(words), seeds({1}));
}

TEST_F(Search, ALimitCutsTheListAndNotTheTotal) {
  service::ListRequest request;
  request.limit = 2;
  std::vector<std::string> listed;
  const auto totals = service::list_records(request, index_, backends_, util::now_ns(),
                                            [&](const index::Row& row) { listed.push_back(row.key); });
  ASSERT_TRUE(totals);
  EXPECT_EQ(listed, (std::vector<std::string>{make_key(4), make_key(2)})) << "newest first";
  EXPECT_EQ(totals->listed, 2);
  EXPECT_EQ(totals->matched, 4);
  EXPECT_EQ(totals->indexed_kernels, 4);
}

TEST_F(Search, ManyMatchesAreCountedOnlyWhenTheNumberIsPromised) {
  add_kernels(cache(), 1010, 100);
  index_all();
  service::ListRequest request;
  request.limit = 2;
  const auto exact = service::list_records(request, index_, backends_, util::now_ns(), [](const index::Row&) {});
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->matched, 1014);
  EXPECT_TRUE(exact->counted_all);
  request.exact_total = false;
  const auto quick = service::list_records(request, index_, backends_, util::now_ns(), [](const index::Row&) {});
  ASSERT_TRUE(quick);
  EXPECT_EQ(quick->matched, service::kCountedMatches);
  EXPECT_FALSE(quick->counted_all);
}

TEST_F(Search, SortsByWhatIsAskedFor) {
  const auto names = [&](const std::string& sort) {
    std::vector<std::string> result;
    for (const index::Row& row : list({}, sort)) result.push_back(row.name);
    return result;
  };
  EXPECT_EQ(names("name").front(), "matmul-kernel");
  EXPECT_EQ(names("name:desc").front(), "softmax");
  EXPECT_EQ(names("age").front(), "matmul_kernel") << "like sizes: the largest first";
  EXPECT_EQ(names("age:asc").front(), "softmax");
  EXPECT_EQ(names("modified:asc").front(), "matmul_kernel");
  const auto by_size = list({}, "size");
  EXPECT_GE(by_size.front().bytes.total(), by_size.back().bytes.total());

  service::ListRequest request;
  request.sort = "siez";
  const auto wrong = service::list_records(request, index_, backends_, util::now_ns(), [](const index::Row&) {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::usage);
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean size?"));
  EXPECT_FALSE(service::parse_order("size:down"));
}

TEST_F(Search, ShowFindsByPrefixOfTheKeyAndByName) {
  const std::string key = make_key(4);
  for (const std::string& word : {key, key.substr(0, 8), std::string("softmax")}) {
    const auto result = service::show(word, {}, index_, backends_, util::now_ns());
    ASSERT_TRUE(result) << word;
    ASSERT_TRUE(result->shown) << word;
    EXPECT_EQ(result->shown->row.key, key);
    EXPECT_THAT(result->shown->detail.metadata, HasSubstr("\"num_warps\""));
    EXPECT_EQ(result->shown->detail.artifacts.size(), static_cast<std::size_t>(result->shown->row.file_count));
    EXPECT_EQ(result->shown->arch_for_people, "gfx90a");
  }
}

TEST_F(Search, AnAmbiguousWordListsItsCandidates) {
  const auto result = service::show("matmul_kernel", {}, index_, backends_, util::now_ns());
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->shown);
  EXPECT_EQ(result->matches, 2);
  EXPECT_EQ(result->candidates.size(), 2U);
  FilterWords words;
  words.archs = {"sm_90"};
  const auto narrowed = service::show("matmul_kernel", words, index_, backends_, util::now_ns());
  ASSERT_TRUE(narrowed);
  EXPECT_TRUE(narrowed->shown);
}

TEST_F(Search, AWordThatNobodyKnowsIsMissing) {
  const auto result = service::show("no_such", {}, index_, backends_, util::now_ns());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::missing);
}

// A key may stand in several directories; only matching ones count, and all files of an entry do.
TEST_F(Search, SizesAreThoseOfTheDirectoriesAskedFor) {
  const auto copy = directory_ / "copy";
  copy_tree(cache(), copy);
  write_file(copy / make_key(1) / "matmul_kernel.extra", "12345");
  service::IndexRequest indexed;
  indexed.cache_dirs = {copy.string()};
  index_all(indexed);
  for (const auto& directory : {cache(), copy}) {
    service::StatsRequest request;
    request.filters.cache_dirs = {directory.string()};
    request.filters.names = {"matmul_kernel"};
    const auto stats = service::stats(request, index_, backends_, util::now_ns());
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->total.kernels, 2);
    EXPECT_EQ(stats->total.bytes.total(), bytes_below(directory / make_key(1)) + bytes_below(directory / make_key(2)));
  }
}

TEST_F(Search, StatsGroupAndAddUp) {
  service::StatsRequest request;
  request.by = {"backend,arch"};
  request.top = 1;
  const auto stats = service::stats(request, index_, backends_, util::now_ns());
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->by, (std::vector<std::string>{"backend", "arch"}));
  EXPECT_EQ(stats->groups.size(), 4U);
  std::uint64_t bytes = 0;
  for (const index::Group& group : stats->groups) bytes += group.sums.bytes.total();
  EXPECT_EQ(bytes, stats->total.bytes.total());
  EXPECT_EQ(bytes, bytes_below(cache()));
  EXPECT_EQ(stats->total.kernels, 4);
  EXPECT_EQ(stats->top.size(), 1U);

  for (const auto& [one, other] : {std::pair{"version", "triton_version"}, {"root", "dir"}, {"arch", "Arch"}}) {
    request.by = {one};
    const auto by_one = service::stats(request, index_, backends_, util::now_ns());
    request.by = {other};
    const auto by_other = service::stats(request, index_, backends_, util::now_ns());
    ASSERT_TRUE(by_one && by_other) << other;
    ASSERT_EQ(by_one->groups.size(), by_other->groups.size());
    for (std::size_t i = 0; i < by_one->groups.size(); ++i)
      EXPECT_EQ(by_one->groups[i].values, by_other->groups[i].values);
  }

  request.by = {"colour"};
  const auto wrong = service::stats(request, index_, backends_, util::now_ns());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace tcm::test
