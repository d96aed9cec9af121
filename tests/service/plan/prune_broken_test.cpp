// SPDX-License-Identifier: Apache-2.0
// A prune that rewrites groups makes hits of misses, so it looks at what a hit would read first.
#include <boost/json.hpp>

#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;

struct Harm {
  std::string name;
  std::function<void(const fs::path& entry)> apply;
};

void overwrite(const fs::path& file, std::size_t at, std::string_view bytes) {
  std::string text = read_file(file);
  text.replace(at, bytes.size(), bytes);
  write_file(file, text);
}

std::vector<Harm> harms() {
  const auto binary = [](const fs::path& entry) { return entry / "add_kernel.cubin"; };
  return {
      {"binary empty", [=](const fs::path& entry) { fs::resize_file(binary(entry), 0); }},
      {"binary half", [=](const fs::path& entry) { fs::resize_file(binary(entry), fs::file_size(binary(entry)) / 2); }},
      {"binary zeros",
       [=](const fs::path& entry) { write_file(binary(entry), std::string(fs::file_size(binary(entry)), '\0')); }},
      {"binary missing", [=](const fs::path& entry) { fs::remove(binary(entry)); }},
      {"metadata without a field",
       [](const fs::path& entry) {
         auto fields = boost::json::parse(read_file(entry / "add_kernel.json")).as_object();
         fields.erase("shared");
         write_file(entry / "add_kernel.json", boost::json::serialize(fields));
       }},
      {"text not UTF-8", [](const fs::path& entry) { overwrite(entry / "add_kernel.ptx", 100, "\xff\xfe"); }},
  };
}

class PruneBroken : public PruneTest {
 protected:
  /// One kernel for each harm and a healthy one, whose groups name `group_root`. The healthy one is the last.
  std::vector<fs::path> make(const std::string& group_root) {
    std::vector<fs::path> entries;
    KernelSpec spec;
    spec.group_root = group_root;
    for (std::size_t i = 0; i <= harms().size(); ++i) {
      spec.seed = i + 1;
      entries.push_back(add_kernel(cache(), spec));
    }
    return entries;
  }

  static void harm(const std::vector<fs::path>& entries) {
    const auto all = harms();
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].apply(entries[i]);
      set_tree_age(entries[i], std::chrono::hours(1));
    }
  }

  static std::string group_of(const fs::path& entry) { return read_file(entry / "__grp__add_kernel.json"); }

  void expect_only_the_healthy_one_changes(const std::vector<fs::path>& entries) {
    std::vector<std::string> before;
    for (const fs::path& entry : entries) before.push_back(group_of(entry));
    service::Plan plan = this->plan(request());
    const service::ExecuteReport report = carry_out(plan);
    const auto all = harms();
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(group_of(entries[i]), before[i]) << all[i].name;
    EXPECT_THAT(group_of(entries.back()), testing::HasSubstr(entries.back().string() + "/add_kernel.cubin"));
    EXPECT_EQ(report.relocated, 1U);
    EXPECT_EQ(plan.kept.of(KeptReason::broken).count + report.kept.of(KeptReason::broken).count, all.size());
    EXPECT_TRUE(plan.kept.has_damage() || report.partial());
    service::FilterWords broken;
    broken.kinds = {"broken"};
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_THAT(keys(broken), testing::Contains(entries[i].filename().string())) << all[i].name;
    EXPECT_THAT(keys({}), testing::ElementsAre(entries.back().filename().string()));
  }
};

TEST_F(PruneBroken, InAMovedCacheOnlyWhatWouldWorkIsMadeAHit) {
  const auto entries = make("/moved/from");
  harm(entries);
  expect_only_the_healthy_one_changes(entries);
}

TEST_F(PruneBroken, InACopiedCacheTheOriginalsHitsStay) {
  const fs::path original = directory_ / "original";
  for (std::uint64_t seed = 1; seed <= harms().size() + 1; ++seed) {
    KernelSpec spec;
    spec.seed = seed;
    add_kernel(original, spec);
  }
  const auto entries = make(original.string());
  harm(entries);
  expect_only_the_healthy_one_changes(entries);
}

// Times of files and directories say nothing then, so the index holds sound kernels.
TEST_F(PruneBroken, DamageThatHappenedInPlaceIsFoundBeforeAGroupChanges) {
  const auto entries = make("/moved/from");
  index_all();
  const auto all = harms();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == "binary missing") continue;
    all[i].apply(entries[i]);
  }
  fs::remove(entries[3] / "add_kernel.cubin");
  set_tree_age(entries[3], std::chrono::hours(1));
  expect_only_the_healthy_one_changes(entries);
  EXPECT_EQ(index_all().roots.at(0).broken_count(), static_cast<std::int64_t>(all.size()));
}

// IR that goes is not read by a hit afterwards.
TEST_F(PruneBroken, IrThatGoesMayBeDamaged) {
  KernelSpec spec;
  const fs::path entry = add_kernel(cache(), spec);
  overwrite(entry / "add_kernel.ttir", 10, "\xff");
  set_tree_age(entry, std::chrono::hours(1));
  const service::ExecuteReport report = prune(request());
  EXPECT_EQ(report.done.entries, 1U);
  EXPECT_FALSE(report.partial());
}

TEST_F(PruneBroken, BrokenEntriesAreRemovedByTheirKind) {
  const auto entries = make({});
  harm(entries);
  PruneRequest cure = request(PruneMode::full);
  cure.filters.kinds = {"broken"};
  prune(cure);
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) EXPECT_FALSE(fs::exists(entries[i])) << harms()[i].name;
  EXPECT_TRUE(fs::exists(entries.back()));
}

// Its look-ups read the original's files, so what goes from that goes from it.
TEST_F(PruneBroken, ACopyWhoseGroupsNameTheCacheIsWarnedOf) {
  const fs::path copy = directory_ / "copy";
  const fs::path unrelated = directory_ / "unrelated";
  KernelSpec spec;
  add_kernel(cache(), spec);
  spec.group_root = cache().string();
  add_kernel(copy, spec);
  spec.group_root.clear();
  add_kernel(unrelated, spec);
  service::IndexRequest all;
  all.cache_dirs = {cache().string(), copy.string(), unrelated.string()};
  index_all(all);
  for (const PruneMode mode : {PruneMode::drop, PruneMode::full})
    EXPECT_THAT(plan(request(mode)).notes,
                testing::ElementsAre(testing::AllOf(testing::StartsWith(copy.string() + ": its groups name"),
                                                    testing::HasSubstr("`tcm prune --cache-dir " + copy.string()))));
  prune(request(PruneMode::drop, {copy}));
  EXPECT_THAT(plan(request(PruneMode::full)).notes, testing::IsEmpty()) << "what the note says to do has been done";
}

// As a clock that is ahead of a file server's leaves it.
TEST_F(PruneBroken, AnIndexThatMissedTheGroupCostsNoKernel) {
  const fs::path entry = add_kernel(cache());
  index_all();
  const auto root = cache::Root::open(cache().string());
  ASSERT_TRUE(root);
  model::Entry stale = root->read_entry(entry.filename().string(), backends_.naming());
  stale.records.front().kind = EntryKind::partial;
  stale.stamp.settled = true;
  const auto writer = index_.write_root(index_.roots()->front().id);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->put(stale));
  ASSERT_TRUE((*writer)->finish({}));
  service::Plan plan = this->plan(request(PruneMode::leftovers));
  EXPECT_TRUE(plan.empty());
  EXPECT_EQ(plan.kept.of(KeptReason::changed).count, 1U);
  EXPECT_TRUE(fs::exists(entry));
}

}  // namespace
}  // namespace tcm::test
