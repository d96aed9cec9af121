// SPDX-License-Identifier: Apache-2.0
// What backends read out of binaries, from the index run to the answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/service/scan/prober.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

using service::FilterWords;
using testing::HasSubstr;

class Resources : public ServiceTest {
 protected:
  Resources() {
    for (const auto& [seed, source] : std::vector<std::pair<std::uint64_t, std::string_view>>{
             {1, kCuda80}, {2, kCuda90}, {3, kHip90a}, {4, kHip942}}) {
      KernelSpec spec;
      spec.seed = seed;
      spec.source = source;
      add_kernel(cache(), spec);
    }
  }

  std::map<std::string, model::Resource> resources_of(std::uint64_t seed) {
    const auto shown = service::show(make_key(seed), {}, index_, backends_, util::now_ns());
    std::map<std::string, model::Resource> resources;
    for (const model::Resource& resource : shown->shown->detail.resources) resources[resource.key] = resource;
    return resources;
  }

  std::multiset<std::string> where(const std::string& condition) {
    FilterWords words;
    words.where = {condition};
    return keys(words);
  }

  /// A run with other backends than the fixture's; returns how many entries it opened.
  std::uint64_t read_with(const service::Backends& backends) {
    service::IndexRequest request;
    request.cache_dirs = {cache().string()};
    service::IndexProgress progress;
    const auto report = service::index_caches(request, index_, backends, progress);
    EXPECT_TRUE(report);
    EXPECT_EQ(report->roots.at(0).changed, 0);
    EXPECT_EQ(report->roots.at(0).unchanged + report->roots.at(0).added, 4);
    return progress.read.load();
  }
};

TEST_F(Resources, AreReadWhileIndexing) {
  index_all();
  const auto cuda = resources_of(2);
  EXPECT_EQ(cuda.at("kernel_name").value, (std::variant<std::int64_t, double, std::string>("add_kernel")));
  EXPECT_TRUE(cuda.contains("registers"));
  EXPECT_TRUE(cuda.contains("stack_bytes"));
  EXPECT_EQ(cuda.at("stack_bytes").unit, "bytes");
  EXPECT_TRUE(cuda.contains("isa_version")) << "from the assembly";
  const auto hip = resources_of(4);
  EXPECT_EQ(std::get<std::int64_t>(hip.at("wavefront_size").value), 64);
  EXPECT_FALSE(hip.contains("registers")) << "absent is not zero";
}

TEST_F(Resources, CanBeFilteredOnTogetherWithMetadata) {
  index_all();
  EXPECT_EQ(where("registers > 0").size(), 2U);
  EXPECT_EQ(where("vgprs > 0 and arch = gfx942"), (std::multiset<std::string>{make_key(4)}));
  EXPECT_EQ(where("not registers > 0").size(), 0U) << "who lacks a field matches neither way";
  EXPECT_EQ(where("target.warp_size = 32").size(), 2U);
  EXPECT_EQ(where("target.backend = hip").size(), 2U);
  EXPECT_EQ(where("backend = rocm").size(), 2U);
  EXPECT_EQ(where("backend != rocm").size(), 2U);
  EXPECT_EQ(where("arch = sm_80"), (std::multiset<std::string>{make_key(1)}));
  EXPECT_EQ(where("enable_fp_fusion = true").size(), 4U);
  EXPECT_EQ(where("debug = true").size(), 0U);
  EXPECT_EQ(where("triton_version >= 3.6").size(), 4U);
  EXPECT_EQ(where("num_warps = 4 or wavefront_size = 64").size(), 4U);
  EXPECT_EQ(where("kernel_name = 'add_kernel'").size(), 4U);
  EXPECT_EQ(where("kernel_name > 5").size(), 0U) << "a text is no number";
}

TEST_F(Resources, AFieldThatNobodyHasIsAMistake) {
  index_all();
  FilterWords words;
  words.where = {"regsters > 4"};
  service::ListRequest request;
  request.filters = words;
  const auto totals = service::list_records(request, index_, backends_, util::now_ns(), [](const index::Row&) {});
  ASSERT_FALSE(totals);
  EXPECT_EQ(totals.error().code, ErrorCode::usage);
  EXPECT_THAT(totals.error().message, HasSubstr("did you mean registers?"));
}

TEST_F(Resources, AnyOfThemMayBeAColumn) {
  index_all();
  service::ListRequest request;
  request.fields = {"registers", "target.warp_size", "vgprs"};
  request.sort = "key";
  std::map<std::string, std::vector<index::FieldValue>> values;
  ASSERT_TRUE(service::list_records(request, index_, backends_, util::now_ns(),
                                    [&](const index::Row& row) { values[row.key] = row.extra; }));
  using Kind = index::FieldValue::Kind;
  EXPECT_EQ(values.at(make_key(1)).at(0).kind, Kind::number);
  EXPECT_EQ(values.at(make_key(1)).at(1).text, "32");
  EXPECT_EQ(values.at(make_key(1)).at(2).kind, Kind::absent);
  EXPECT_EQ(values.at(make_key(4)).at(0).kind, Kind::absent);
  EXPECT_EQ(values.at(make_key(4)).at(2).kind, Kind::number);
}

TEST_F(Resources, AnyOfThemMayBeSortedBy) {
  index_all();
  const auto sorted = [&](const std::string& sort) {
    std::vector<std::string> found;
    for (const index::Row& row : list({}, sort)) found.push_back(row.key);
    return found;
  };
  const auto down = sorted("vgprs");
  const auto up = sorted("vgprs:asc");
  const std::set<std::string> lacking{make_key(1), make_key(2)};
  EXPECT_EQ((std::set<std::string>{down.at(2), down.at(3)}), lacking) << "who lacks it comes last";
  EXPECT_EQ((std::set<std::string>{up.at(2), up.at(3)}), lacking);
  const auto warps = sorted("target.warp_size");
  EXPECT_EQ((std::set<std::string>{warps.at(2), warps.at(3)}), lacking) << "32 comes after 64";
}

TEST_F(Resources, StatsNameTheKernelsThatSpillMost) {
  KernelSpec variant;
  variant.seed = 5;
  variant.source = kHip90a;
  add_kernel(cache(), variant);
  index_all();
  EXPECT_TRUE(service::stats({}, index_, backends_, util::now_ns())->spilling.empty()) << "add kernels do not spill";
  // A real kernel's record, with the figures of one that spills.
  const auto root = cache::Root::open(cache().string());
  ASSERT_TRUE(root);
  util::ByteBudget memory(service::kMaxProbedBytes);
  auto writer = index_.write_root(index_.roots()->front().id);
  for (const auto& [seed, bytes] : std::vector<std::pair<std::uint64_t, std::int64_t>>{{3, 480}, {4, 96}, {5, 240}}) {
    model::Entry entry = root->read_entry(make_key(seed), backends_.naming());
    service::Prober(*root, backends_, memory).probe(entry);
    EXPECT_EQ(entry.records.at(0).spill_bytes, 0);
    entry.records.at(0).spill_bytes = bytes;
    ASSERT_TRUE((*writer)->put(entry));
  }
  ASSERT_TRUE((*writer)->finish({}));
  const auto stats = service::stats({}, index_, backends_, util::now_ns());
  ASSERT_EQ(stats->spilling.size(), 2U) << "a name and an architecture once";
  EXPECT_EQ(stats->spilling.at(0).key, make_key(3));
  EXPECT_EQ(stats->spilling.at(0).spill_bytes, 480);
  EXPECT_EQ(stats->spilling.at(1).key, make_key(4));
}

TEST_F(Resources, ABackendThatCameOrWentReadsAgainWhatItConcernsAndNothingElse) {
  let_settle();
  service::Backends none(built_plugins(true));
  EXPECT_EQ(read_with(none), 4U);
  EXPECT_TRUE(resources_of(2).empty());
  EXPECT_EQ(read_with(none), 0U);

  backend::SearchOptions one = built_plugins();
  one.disable = {"*cuda*"};
  service::Backends rocm_only(one);
  EXPECT_EQ(read_with(rocm_only), 2U) << "only the kernels of the backend that came";
  EXPECT_TRUE(resources_of(2).empty());
  EXPECT_FALSE(resources_of(4).empty());
  EXPECT_EQ(read_with(rocm_only), 0U);

  EXPECT_EQ(read_with(backends_), 2U);
  EXPECT_FALSE(resources_of(2).empty());
  EXPECT_EQ(read_with(backends_), 0U);

  EXPECT_EQ(read_with(none), 4U);
  EXPECT_TRUE(resources_of(2).empty()) << "what a backend said goes with it";
  for (const index::Row& row : list({})) EXPECT_EQ(row.bytes.binary, 0U);
}

TEST_F(Resources, AnUpgradedBackendReadsItsKernelsAgain) {
  let_settle();
  index_all();
  const auto root = index_.roots()->front();
  // As the index would look had the kernels of one target been read by an older version of their backend.
  auto served = service::served_targets(backends_);
  ASSERT_EQ(served.size(), 2U);
  served.front().probed_by += "-old";
  EXPECT_EQ(*index_.mark_stale(root.id, served), 2);
  EXPECT_EQ(read_with(backends_), 2U);
  EXPECT_EQ(read_with(backends_), 0U);
}

TEST_F(Resources, ABrokenBinaryCostsItsFiguresAndNothingElse) {
  write_file(cache() / make_key(2) / "add_kernel.cubin", "not an object at all");
  std::filesystem::remove(cache() / make_key(4) / "add_kernel.hsaco");
  std::filesystem::create_symlink("/etc/passwd", cache() / make_key(4) / "add_kernel.hsaco");
  const auto report = index_all();
  EXPECT_EQ(report.roots.at(0).kernels, 4);
  EXPECT_FALSE(resources_of(2).contains("registers"));
  EXPECT_FALSE(resources_of(4).contains("vgprs"));
  EXPECT_TRUE(resources_of(1).contains("registers"));
}

}  // namespace
}  // namespace tcm::test
