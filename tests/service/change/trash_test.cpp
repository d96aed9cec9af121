// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/trash.hpp"

#include "core/cache/edit/editor.hpp"
#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TrashTest : public PruneTest {
 protected:
  service::ExecuteReport remove_all_to_trash() {
    PruneRequest wanted = request(PruneMode::full);
    wanted.trash = true;
    return prune(wanted);
  }

  service::TrashRequest here() { return {{cache().string()}, {}}; }

  service::TrashListing listing(const service::TrashRequest& request) {
    auto listed = service::list_trash(request, index_);
    if (!listed) throw std::runtime_error(listed.error().message);
    return std::move(*listed);
  }

  std::vector<service::TrashRow> bins() { return listing(here()).rows; }

  /// Two roots that one prune emptied into their trash.
  std::vector<fs::path> two_roots_in_the_trash() {
    std::vector<fs::path> roots{cache(), directory_ / "other"};
    add_kernel(roots[0], {.seed = 1});
    add_kernel(roots[1], {.seed = 2});
    index_all({.cache_dirs = {roots[0].string(), roots[1].string()}});
    PruneRequest wanted = request(PruneMode::full, roots);
    wanted.trash = true;
    prune(wanted);
    return roots;
  }
};

TEST_F(TrashTest, WhatWasRemovedComesBackAsItWas) {
  add_kernels(cache(), 4);
  index_all();
  const auto before = contents(cache());
  const auto rows = list({});
  const auto report = remove_all_to_trash();
  EXPECT_EQ(report.done.entries, 4U);
  EXPECT_EQ(report.done.frees, 0U) << "the trash takes room";
  EXPECT_THAT(list({}), IsEmpty());
  ASSERT_THAT(bins(), SizeIs(1));
  EXPECT_EQ(bins().at(0).bin.id, report.trash_id);
  EXPECT_EQ(bins().at(0).bin.entries, 4);
  EXPECT_EQ(index_all().roots.at(0).entries, 0) << "the trash is no part of the cache";

  const auto done = service::restore_trash(here(), "last", 1, index_, backends_);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->entries, 4U);
  EXPECT_THAT(done->failures, IsEmpty());
  EXPECT_EQ(contents(cache()), before);
  const auto again = list({});
  ASSERT_EQ(again.size(), rows.size());
  EXPECT_EQ(again.at(0).modified_ns, rows.at(0).modified_ns);
  EXPECT_FALSE(fs::exists(cache() / ".tcm-trash"));
  EXPECT_THAT(bins(), IsEmpty());
}

TEST_F(TrashTest, AKernelThatWasCompiledAgainIsNotReplaced) {
  add_kernels(cache(), 2);
  const auto report = remove_all_to_trash();
  const fs::path anew = add_kernel(cache(), {.seed = 1, .name = "compiled_anew"});
  const auto done = service::restore_trash(here(), report.trash_id, 1, index_, backends_);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->entries, 1U);
  ASSERT_THAT(done->failures, SizeIs(1));
  EXPECT_THAT(done->failures.at(0).message, HasSubstr(make_key(1)));
  EXPECT_TRUE(fs::exists(anew / "compiled_anew.cubin"));
  EXPECT_EQ(bins().at(0).bin.entries, 1) << "it stays in the trash";
}

TEST_F(TrashTest, EveryRunHasABinOfItsOwn) {
  add_kernel(cache(), {.seed = 1});
  const std::string first = remove_all_to_trash().trash_id;
  add_kernel(cache(), {.seed = 2});
  const std::string second = remove_all_to_trash().trash_id;
  EXPECT_NE(first, second);
  ASSERT_THAT(bins(), SizeIs(2));
  EXPECT_EQ(bins().at(1).bin.id, second);
  const std::uint64_t before = disk_usage(cache());
  const auto emptied = service::empty_trash(listing(here()), {first});
  ASSERT_TRUE(emptied);
  EXPECT_EQ(emptied->entries, 1U);
  EXPECT_EQ(before - disk_usage(cache()), emptied->freed);
  EXPECT_THAT(bins(), SizeIs(1));
  ASSERT_TRUE(service::empty_trash(listing(here()), {}));
  EXPECT_TRUE(fs::is_empty(cache()));
}

TEST_F(TrashTest, AnIdMeansOneRunWhicheverRootsItWasAbout) {
  const fs::path other = directory_ / "other";
  add_kernel(cache(), {.seed = 1});
  add_kernel(other, {.seed = 2});
  index_all({.cache_dirs = {cache().string(), other.string()}});
  std::vector<std::string> ids;
  for (const fs::path& root : {cache(), other}) {
    PruneRequest wanted = request(PruneMode::full, {root});
    wanted.trash = true;
    ids.push_back(prune(wanted).trash_id);
  }
  EXPECT_NE(ids[0], ids[1]);
  const auto done = service::restore_trash({}, "last", 1, index_, backends_);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->id, ids[1]);
  EXPECT_TRUE(fs::exists(other / make_key(2)));
  EXPECT_FALSE(fs::exists(cache() / make_key(1)));
}

TEST_F(TrashTest, ABusyRootDoesNotKeepTheOthersFromBeingRestored) {
  const auto roots = two_roots_in_the_trash();
  const auto busy = cache::Editor::open(roots[0], {});
  ASSERT_TRUE(busy) << busy.error().message;
  const auto done = service::restore_trash({}, "last", 1, index_, backends_);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->entries, 1U);
  ASSERT_THAT(done->failures, SizeIs(1));
  EXPECT_EQ(done->failures.at(0).code, ErrorCode::busy);
  EXPECT_TRUE(fs::exists(roots[1] / make_key(2)));
  EXPECT_THAT(list({}), SizeIs(1)) << "what is back is in the index";
}

TEST_F(TrashTest, ABusyRootDoesNotKeepTheOthersFromBeingEmptied) {
  const auto roots = two_roots_in_the_trash();
  const auto busy = cache::Editor::open(roots[0], {});
  ASSERT_TRUE(busy) << busy.error().message;
  const auto done = service::empty_trash(listing({}), {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->entries, 1U);
  ASSERT_THAT(done->failures, SizeIs(1));
  EXPECT_FALSE(fs::exists(roots[1] / ".tcm-trash"));
}

TEST_F(TrashTest, WhenEveryRootIsBusyThatIsTheError) {
  add_kernel(cache(), {.seed = 1});
  remove_all_to_trash();
  const auto busy = cache::Editor::open(cache(), {});
  ASSERT_TRUE(busy) << busy.error().message;
  EXPECT_EQ(service::restore_trash(here(), "last", 1, index_, backends_).error().code, ErrorCode::busy);
  EXPECT_EQ(service::empty_trash(listing(here()), {}).error().code, ErrorCode::busy);
}

TEST_F(TrashTest, TheTrashIsBounded) {
  add_kernel(cache(), {.seed = 1});
  const std::string old = remove_all_to_trash().trash_id;
  set_age(cache() / ".tcm-trash" / old, 8 * 24h);
  add_kernel(cache(), {.seed = 2});
  PruneRequest wanted = request(PruneMode::full);
  wanted.trash = true;
  service::Plan made = plan(wanted);
  ASSERT_THAT(made.expired, SizeIs(1));
  EXPECT_EQ(made.expired.at(0).bin.id, old);
  const auto report = carry_out(made);
  EXPECT_GT(report.trash_emptied, 0U);
  ASSERT_THAT(bins(), SizeIs(1));
  EXPECT_EQ(bins().at(0).bin.id, report.trash_id);
  wanted.trash_max_bytes = 1;
  EXPECT_THAT(plan(wanted).expired, SizeIs(1)) << "by size, too";
}

// Whoever owns a root's parent may put another directory there while the plan is shown.
TEST_F(TrashTest, AnotherDirectoryUnderTheSamePathIsNotEmptied) {
  const fs::path above = cache() / "above";
  const fs::path root = above / "root";
  const fs::path victim = cache() / "victim/root";
  for (const fs::path& one : {root, victim}) {
    add_kernel(one, {.seed = 1});
    PruneRequest wanted = request(PruneMode::full, {one});
    wanted.trash = true;
    prune(wanted);
    add_kernel(one, {.seed = 2});
    const fs::path bin = fs::directory_iterator(one / ".tcm-trash")->path();
    fs::rename(bin, bin.parent_path() / "20200101-1");
    set_age(bin.parent_path() / "20200101-1", 800 * 24h);
  }
  service::Plan made = plan(request(PruneMode::full, {root}));
  ASSERT_THAT(made.expired, SizeIs(1));
  fs::rename(above, cache() / "away");
  fs::rename(cache() / "victim", above);
  const auto before = contents(root);
  service::PruneProgress progress;
  EXPECT_FALSE(service::execute(made, {}, index_, backends_, progress));
  EXPECT_EQ(contents(root), before);
  // Without an entry to remove, the bin alone.
  auto emptied = cache::empty_trash(root.string(), made.expired.at(0).bin);
  ASSERT_FALSE(emptied);
  EXPECT_THAT(emptied.error().message, HasSubstr("no longer the directory that was listed"));
  EXPECT_EQ(contents(root), before);
  // The same directory, another bin.
  fs::rename(above, cache() / "victim");
  fs::rename(cache() / "away", above);
  cache::TrashBin bin = made.expired.at(0).bin;
  ++bin.made_ns;
  EXPECT_FALSE(cache::empty_trash(root.string(), bin));
  EXPECT_TRUE(cache::empty_trash(root.string(), made.expired.at(0).bin));
}

TEST(ChosenBins, OfSeveralUsersAreOnesOwnUnlessAnotherIsNamed) {
  const auto row = [](std::string root, std::string id, bool ours) {
    service::TrashRow made;
    made.root = std::move(root);
    made.bin.id = std::move(id);
    made.bin.ours = ours;
    return made;
  };
  const std::vector<service::TrashRow> rows{row("/a", "1", true), row("/b", "1", false), row("/b", "2", false)};
  const auto roots = [&rows](const std::vector<std::string>& ids) {
    std::string text;
    for (const service::TrashRow& chosen : service::chosen_bins(rows, ids)) text += chosen.root + chosen.bin.id + " ";
    return text;
  };
  EXPECT_EQ(roots({}), "/a1 ");
  EXPECT_EQ(roots({"1"}), "/a1 ");
  EXPECT_EQ(roots({"2"}), "/b2 ") << "to be refused";
  EXPECT_EQ(roots({"1", "2"}), "/a1 /b2 ");
  EXPECT_EQ(roots({"3"}), "");
}

TEST_F(TrashTest, UnknownBinsAreMissing) {
  add_kernel(cache());
  index_all();
  EXPECT_EQ(service::restore_trash(here(), "20200101-1", 1, index_, backends_).error().code, ErrorCode::missing);
  EXPECT_EQ(service::restore_trash(here(), "last", 1, index_, backends_).error().code, ErrorCode::missing);
  EXPECT_EQ(service::restore_trash(here(), "../../etc", 1, index_, backends_).error().code, ErrorCode::missing);
  EXPECT_EQ(service::empty_trash(listing(here()), {".."}).error().code, ErrorCode::missing);
}

}  // namespace
}  // namespace tcm::test
