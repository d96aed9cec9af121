// SPDX-License-Identifier: Apache-2.0
// What prune promises about dropping, removing and keeping.
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// Triton 3.8 misses as soon as one listed file is gone, so the group has to go first.
TEST_F(PruneTest, DroppingIrLeavesAGroupThatListsExactlyWhatIsThere) {
  const fs::path entry = add_kernel(cache());
  const auto report = prune(request());
  EXPECT_EQ(report.done.kernels, 1U);
  EXPECT_EQ(report.done.files, 4U);
  EXPECT_THAT(listed(entry), ElementsAre(std::pair("add_kernel.cubin", true), std::pair("add_kernel.json", true),
                                         std::pair("add_kernel.ptx", true)));
  EXPECT_FALSE(fs::exists(entry / "add_kernel.ttir"));
  EXPECT_FALSE(fs::exists(entry / "add_kernel.source"));
}

TEST_F(PruneTest, AssemblyGoesToWhenItIsAskedFor) {
  const fs::path entry = add_kernel(cache());
  PruneRequest wanted = request();
  wanted.drop = *service::parse_drop({"ir,assembly"});
  EXPECT_EQ(prune(wanted).done.files, 5U);
  EXPECT_THAT(listed(entry), ElementsAre(std::pair("add_kernel.cubin", true), std::pair("add_kernel.json", true)));
  wanted.drop = *service::parse_drop({"source"});
  EXPECT_EQ(prune(wanted).done.files, 0U);
  EXPECT_FALSE(service::parse_drop({"binary"}));
}

TEST_F(PruneTest, APlanIsExactlyWhatThenHappens) {
  add_kernels(cache(), 8);
  for (const PruneMode mode : {PruneMode::drop, PruneMode::full}) {
    const auto untouched = contents(cache());
    const std::uint64_t before = disk_usage(cache());
    service::Plan made = plan(request(mode));
    EXPECT_EQ(contents(cache()), untouched) << "a plan changes nothing";
    EXPECT_EQ(disk_usage(cache()), before);
    const service::PlanSums planned = made.items.sums();
    const auto report = carry_out(made);
    EXPECT_EQ(planned.entries, 8U);
    EXPECT_EQ(report.done.entries, planned.entries);
    EXPECT_EQ(report.done.files, planned.files);
    EXPECT_EQ(report.done.bytes.total(), planned.bytes.total());
    // What is shown is what the disk gets back, as du counts.
    EXPECT_EQ(report.done.frees, planned.frees);
    EXPECT_EQ(before - disk_usage(cache()), planned.frees);
  }
  EXPECT_TRUE(fs::is_empty(cache()));
}

// What was done is done, and is not counted a second time.
TEST_F(PruneTest, ASecondPruneFindsNothingToDo) {
  add_kernels(cache(), 3);
  EXPECT_EQ(prune(request()).done.kernels, 3U);
  service::Plan again = plan(request());
  EXPECT_TRUE(again.empty());
  EXPECT_EQ(carry_out(again).done.kernels, 0U);
}

// A bound of zero is a bound.
TEST_F(PruneTest, AnAgeOfZeroIsNoMissingFilter) {
  add_kernels(cache(), 3);
  PruneRequest wanted = request(PruneMode::full);
  wanted.all = false;
  wanted.filters.younger_than = {"0d"};
  EXPECT_TRUE(plan(wanted).empty());
  wanted.filters = request().filters;
  wanted.filters.older_than = {"0d"};
  EXPECT_EQ(plan(wanted).items.sums().entries, 3U);
}

// Nothing said is not everything meant.
TEST_F(PruneTest, RemovingEverythingHasToBeSaid) {
  add_kernels(cache(), 3);
  PruneRequest wanted = request(PruneMode::full);
  wanted.all = false;
  auto refused = try_plan(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
  EXPECT_THAT(refused.error().message, HasSubstr("all 3 kernels; add a filter or --all"));
  for (const std::vector<std::string>& kinds :
       {std::vector<std::string>{"all"}, {"kernel"}, {"empty,kernel"}, {"!leftover"}}) {
    wanted.filters.kinds = kinds;
    EXPECT_FALSE(try_plan(wanted)) << kinds.front() << " leaves out no kernel";
  }
  wanted.filters.kinds = {"!kernel"};
  EXPECT_TRUE(try_plan(wanted));
  wanted.filters.kinds.clear();
  wanted.all = true;
  EXPECT_EQ(plan(wanted).items.sums().entries, 3U);
}

// The index follows at once; age and first sight survive.
TEST_F(PruneTest, SizesShrinkAndAgesStay) {
  const fs::path entry = add_kernel(cache(), {.age = 40 * 24h});
  index_all();
  const index::Row before = list({}).at(0);
  prune(request());
  const index::Row after = list({}).at(0);
  EXPECT_EQ(after.bytes.total(), bytes_below(entry));
  EXPECT_EQ(after.bytes.ir, 0U);
  EXPECT_EQ(after.modified_ns, before.modified_ns);
  EXPECT_EQ(after.first_seen_ns, before.first_seen_ns);
  EXPECT_EQ(after.id, before.id);
  const service::IndexReport report = index_all();
  EXPECT_EQ(report.roots.at(0).changed, 0) << "there is nothing left to find out";
  EXPECT_EQ(report.roots.at(0).bytes, static_cast<std::int64_t>(bytes_below(entry)));
  service::FilterWords old;
  old.older_than = {"30d"};
  EXPECT_EQ(list(old).size(), 1U);
  EXPECT_FALSE(service::show(make_key(1), {}, index_, backends_, util::now_ns())->shown->detail.resources.empty())
      << "what was read out of the binary stays known";
}

TEST_F(PruneTest, KernelsOfEveryLaterShapeAndBackendLoseTheirIrAndNothingElse) {
  add_kernel(cache(), {.seed = 1, .encoding = cache::KeyEncoding::sha256_hex});
  add_kernel(cache(), {.seed = 2, .encoding = cache::KeyEncoding::base64});
  add_kernel(cache(), {.seed = 3, .group = GroupShape::list});
  const fs::path xpu = add_xpu_kernel(cache(), 4, true);
  const fs::path npu = add_npu_kernel(cache(), 5);
  const fs::path cpu = add_cpu_kernel(cache(), 6);
  std::set<std::string> binaries;
  for (const auto& [path, text] : contents(cache()))
    if (path.ends_with(".spv") || path.ends_with(".zebin") || path.ends_with(".npubin") || path.ends_with(".so"))
      binaries.insert(path);
  EXPECT_EQ(prune(request()).done.kernels, 6U);
  const auto after = contents(cache());
  for (const std::string& binary : binaries) EXPECT_TRUE(after.contains(binary)) << binary;
  for (const auto& [path, text] : after) EXPECT_FALSE(path.ends_with(".ttir") || path.ends_with(".llir")) << path;
  EXPECT_THAT(nlohmann::json::parse(after.at(make_key(3) + "/__grp__add_kernel.json"))["child_paths"],
              ElementsAre("add_kernel.cubin", "add_kernel.json", "add_kernel.ptx"));
}

TEST_F(PruneTest, LeftoversGoAndNothingElse) {
  add_empty(cache(), 1);
  add_partial(cache(), 2);
  add_leftover(cache(), 3);
  const fs::path kernel = add_kernel(cache(), {.seed = 4});
  write_file(kernel / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a19/add_kernel.ttir", "half");
  write_file(kernel / "add_kernel.ttir.tmp.pid_999999999_17", "half");
  write_file(kernel / "add_kernel.cubin.tmp/below/x", "a user's");
  set_tree_age(kernel, 1h);
  add_module(cache(), 5, "cuda_utils.so");
  add_autotune(cache(), 6, "matmul");
  add_entry(cache(), "fxgraph", {{"a/b", "foreign"}});
  write_file(cache() / "tmp.0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11/add_kernel.ttir", "a bundler's");
  set_tree_age(cache() / "tmp.0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11", 1h);
  const fs::path young = add_empty(cache(), 7);
  set_age(young, 1min);
  PruneRequest wanted = request(PruneMode::leftovers);
  wanted.grace_ns = 10 * util::kMinute;
  service::Plan made = plan(wanted);
  EXPECT_EQ(made.items.sums().entries, 5U);
  EXPECT_EQ(kept(made.kept, KeptReason::young), 1U);
  const auto report = carry_out(made, wanted.grace_ns);
  EXPECT_EQ(report.done.frees, made.items.sums().frees);
  EXPECT_EQ(report.done.entries, 5U);
  EXPECT_EQ(report.failed, 0U);
  std::set<std::string> left;
  for (const auto& item : fs::directory_iterator(cache())) left.insert(item.path().filename().string());
  EXPECT_THAT(left, UnorderedElementsAre(make_key(4), make_key(5), make_key(6), make_key(7), "fxgraph"));
  EXPECT_EQ(contents(kernel).size(), 9U);
}

// Names are no proof: users call files and directories so too.
TEST_F(PruneTest, FilesOfUsersStayWhateverTheyAreCalled) {
  const std::string key = make_key(1);
  const std::vector<std::string> mine = {
      "tmp.Zx81kQp2Lm/thesis.tex",  // what mktemp -d makes
      "tmp.Zx81kQp2Lm/data/results.csv",
      "tmp.old-backup/photo.jpg",
      "tmp.0badcafe/kernel.ttir",
      "tmp.0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11/thesis.tex",
      "myproject/tmp.data/results.csv",
      "myproject/tmp.0badcafe/kernel.ttir",
      "Paper/draft.source",
      "dumps/kernel.ttir",
      "other/results.csv",
      key + "/notes.tmp",
      key + "/notes.json.tmp",
      key + "/tmp.mywork/thesis.tex",
      key + "/tmp.0badcafe/thesis.tex",
      make_key(2) + "/tmp.0badcafe/below/thesis.tex",
  };
  const auto survive = [&](const char* what, const std::function<void(PruneRequest&)>& set, PruneMode mode) {
    fs::remove_all(cache());
    add_kernel(cache(), {.seed = 1});
    for (const std::string& path : mine) write_file(cache() / path, "precious");
    write_file(cache() / make_key(3) / "tmp.0badcafe/add_kernel.ttir", "half");
    for (const auto& item : fs::directory_iterator(cache())) set_tree_age(item.path(), 24h * 30);
    PruneRequest wanted = request(mode);
    set(wanted);
    service::Plan made = plan(wanted);
    carry_out(made);
    for (const std::string& path : mine) EXPECT_TRUE(fs::exists(cache() / path)) << what << ": " << path;
    EXPECT_EQ(fs::exists(cache() / make_key(3)), mode == PruneMode::drop) << what;
  };
  survive(
      "--leftovers", [](PruneRequest&) {}, PruneMode::leftovers);
  survive(
      "--drop ir", [](PruneRequest& wanted) { wanted.drop = {model::ArtifactKind::ir}; }, PruneMode::drop);
  survive(
      "--full", [](PruneRequest& wanted) { wanted.filters.kinds = {"all"}; }, PruneMode::full);
}

TEST_F(PruneTest, UnusedMeansNeitherReadNorWrittenSince) {
  const fs::path read = add_kernel(cache(), {.seed = 1, .age = 100 * 24h});
  add_kernel(cache(), {.seed = 2, .age = 100 * 24h});
  add_kernel(cache(), {.seed = 3, .age = 10 * 24h});
  const std::int64_t yesterday = util::now_ns() - util::kDay;
  const timespec times[2] = {{yesterday / util::kSecond, 0}, {0, UTIME_OMIT}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (read / "add_kernel.cubin").c_str(), times, 0), 0);
  PruneRequest wanted = request(PruneMode::full);
  wanted.unused_since_ns = util::now_ns() - 30 * util::kDay;
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(2)));
  EXPECT_EQ(kept(made.kept, KeptReason::recent), 2U);
  EXPECT_THAT(items(made).at(0).reason, HasSubstr("last used 100d ago"));
}

TEST_F(PruneTest, LookingAtAKernelIsNoUse) {
  add_kernel(cache(), {.seed = 1, .age = 100 * 24h});
  index_all({.cache_dirs = {cache().string()}, .full_rescan = true});
  PruneRequest wanted = request(PruneMode::full);
  wanted.unused_since_ns = util::now_ns() - 30 * util::kDay;
  EXPECT_EQ(plan(wanted).items.sums().entries, 1U);
  prune(request());
  EXPECT_EQ(plan(wanted).items.sums().entries, 1U) << "nor is dropping its IR";
}

TEST_F(PruneTest, OnlyTheNewestOfEachGroupStay) {
  for (std::uint64_t i = 1; i <= 6; ++i)
    add_kernel(cache(), {.source = i % 2 ? kCuda90 : kHip942, .seed = i, .age = i * 24h});
  PruneRequest wanted = request(PruneMode::full);
  wanted.keep_newest = 2;
  wanted.group_by = {"name", "arch"};
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), UnorderedElementsAre(make_key(5), make_key(6)));
  EXPECT_EQ(kept(made.kept, KeptReason::newest), 4U);
  EXPECT_EQ(items(made).at(0).reason, "not among the newest 2 of add_kernel, 90");
  wanted.group_by = {"name"};
  EXPECT_EQ(plan(wanted).items.sums().entries, 4U);
  wanted.group_by = {"nmae"};
  EXPECT_THAT(try_plan(wanted).error().message, HasSubstr("did you mean name?"));
}

// Their 64-bit FNV-1a is one. Names come from the cache, and whoever writes there must not make a kernel go with them.
TEST_F(PruneTest, NamesThatCollideInAHashAreGroupsOfTheirOwn) {
  add_kernel(cache(), {.seed = 1, .name = "7mohtcOFVz", .age = 24h});
  add_kernel(cache(), {.seed = 2, .name = "c1E51sSEyx", .age = 48h});
  PruneRequest wanted = request(PruneMode::full);
  wanted.keep_newest = 1;
  wanted.group_by = {"name"};
  EXPECT_TRUE(plan(wanted).empty());
}

TEST_F(PruneTest, TheNumberOfAGroupAndTheAgeAreEachReasonEnough) {
  for (std::uint64_t i = 1; i <= 4; ++i) add_kernel(cache(), {.seed = i, .age = i * 24h});
  PruneRequest wanted = request(PruneMode::full);
  wanted.keep_newest = 3;
  wanted.group_by = {"name"};
  wanted.unused_since_ns = util::now_ns() - 50 * util::kHour;
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), UnorderedElementsAre(make_key(3), make_key(4)));
  EXPECT_EQ(made.limits.at(0).entries, 2U) << "unused";
  EXPECT_EQ(made.limits.at(1).entries, 1U) << "one too many";
}

// A plan shows what is worth a look: the largest, and the roots in which something happens.
TEST_F(PruneTest, APlanKnowsItsLargestAndItsRoots) {
  const fs::path other = directory_ / "other";
  fs::create_directory(other);
  for (std::uint64_t i = 1; i <= 12; ++i)
    add_kernel(cache(), {.seed = i, .files = {{"add_kernel.llir2", std::string(i * 10000, 'x')}}});
  service::Plan made = plan(request(PruneMode::full, {cache(), other}));
  EXPECT_EQ(made.roots.size(), 2U);
  ASSERT_EQ(made.items.roots().size(), 1U);
  EXPECT_EQ(made.roots.at(*made.items.roots().begin()), fs::canonical(cache()).string());
  const auto& largest = made.items.largest();
  ASSERT_EQ(largest.size(), service::kMaxLargest);
  EXPECT_EQ(largest.front().change.key, make_key(12));
  for (std::size_t i = 1; i < largest.size(); ++i) EXPECT_GE(largest[i - 1].bytes.total(), largest[i].bytes.total());
}

// A launch reads the group and the binary, a warm start of TorchInductor the binary; a look at the IR uses nothing.
TEST_F(PruneTest, ReadingTheIrIsNoUse) {
  const fs::path entry = add_kernel(cache(), {.age = 100 * 24h});
  const std::int64_t yesterday = util::now_ns() - util::kDay;
  const timespec times[2] = {{yesterday / util::kSecond, 0}, {0, UTIME_OMIT}};
  PruneRequest wanted = request(PruneMode::full);
  wanted.unused_since_ns = util::now_ns() - 30 * util::kDay;
  for (const char* file : {"add_kernel.ttir", "add_kernel.json", "add_kernel.ptx"})
    ASSERT_EQ(::utimensat(AT_FDCWD, (entry / file).c_str(), times, 0), 0);
  EXPECT_EQ(plan(wanted).items.sums().entries, 1U);
  ASSERT_EQ(::utimensat(AT_FDCWD, (entry / "__grp__add_kernel.json").c_str(), times, 0), 0);
  EXPECT_TRUE(plan(wanted).empty());
}

TEST_F(PruneTest, APlanSaysThatTorchInductorBringsEntriesBack) {
  const fs::path tree = directory_ / "torchinductor";
  make_inductor(tree, 1);
  set_tree_age(tree, 1h);
  service::Plan removal = plan(request(PruneMode::full, {tree}));
  ASSERT_FALSE(removal.empty());
  EXPECT_THAT(removal.notes, testing::Contains(HasSubstr("TorchInductor unpacks removed entries again")));
  EXPECT_THAT(plan(request(PruneMode::drop, {tree})).notes, testing::Not(testing::Contains(HasSubstr("unpacks"))));
}

TEST_F(PruneTest, ContradictionsAreRefused) {
  add_kernel(cache());
  PruneRequest wanted = request();
  wanted.trash = true;
  EXPECT_FALSE(try_plan(wanted));
  wanted = request(PruneMode::duplicates);
  wanted.budget.max_bytes = 1;
  EXPECT_FALSE(try_plan(wanted));
  wanted = request(PruneMode::full);
  wanted.keep_newest = 0;
  EXPECT_FALSE(try_plan(wanted));
  wanted = request(PruneMode::full);
  wanted.budget.low_water = 50;
  EXPECT_FALSE(try_plan(wanted));
  EXPECT_FALSE(service::parse_low_water("0%"));
  EXPECT_FALSE(service::parse_low_water("half"));
  EXPECT_EQ(*service::parse_low_water("90%"), 90U);
}

TEST_F(PruneTest, KeysAreTakenAsGitTakesThem) {
  add_kernels(cache(), 3);
  PruneRequest wanted = request(PruneMode::keys);
  wanted.keys = {make_key(2).substr(0, 12), make_key(2)};
  service::Plan made = plan(wanted);
  EXPECT_THAT(planned_keys(made), ElementsAre(make_key(2)));
  wanted.keys = {"nonsense"};
  EXPECT_EQ(try_plan(wanted).error().code, ErrorCode::missing);
  add_kernel(cache(), {.key = make_key(2).substr(0, 51) + "A"});
  add_kernel(cache(), {.key = make_key(2).substr(0, 51) + "B"});
  wanted.keys = {make_key(2).substr(0, 40)};
  const auto ambiguous = try_plan(wanted);
  EXPECT_EQ(ambiguous.error().code, ErrorCode::usage);
  EXPECT_THAT(ambiguous.error().message, HasSubstr("ambiguous"));
}

TEST_F(PruneTest, APrefixIsAmbiguousHoweverManyRootsHoldItsFirstKey) {
  const std::string first = make_key(2).substr(0, 51) + "A";
  for (int device = 0; device < 70; ++device)
    add_entry(cache() / "triton" / std::to_string(device), first, {{"__grp__k.json", R"({"child_paths": []})"}});
  add_kernel(cache() / "triton/0", {.key = first.substr(0, 51) + "B"});
  PruneRequest wanted = request(PruneMode::keys);
  wanted.keys = {first.substr(0, 40)};
  const auto ambiguous = try_plan(wanted);
  ASSERT_FALSE(ambiguous);
  EXPECT_EQ(ambiguous.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace tcm::test
