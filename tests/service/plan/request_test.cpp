// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/request.hpp"

#include <map>

#include <gmock/gmock.h>

namespace tcm::test {
namespace {

using service::PruneMode;
using service::PruneRequest;
using service::PruneWords;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t kNow = 1'800'000'000 * util::kSecond;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// The settings of a process with these variables.
config::Settings settings(std::map<std::string, std::string> variables = {}) {
  variables.try_emplace("HOME", "/home/user");
  const auto read = [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  auto resolved = config::resolve({}, read);
  if (!resolved) throw std::runtime_error(resolved.error().message);
  return std::move(*resolved);
}

PruneRequest request(const PruneWords& words, const std::map<std::string, std::string>& variables = {}) {
  auto made = service::prune_request(words, settings(variables), kNow);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

/// What the user is told when these words make no request.
std::string refusal(const PruneWords& words, const std::map<std::string, std::string>& variables = {}) {
  const auto made = service::prune_request(words, settings(variables), kNow);
  if (made) return "accepted";
  EXPECT_EQ(made.error().code, ErrorCode::usage);
  return made.error().message;
}

PruneWords full() {
  PruneWords words;
  words.full = true;
  return words;
}

TEST(Request, WithoutWordsTheIrOfEveryKernelGoes) {
  const PruneRequest made = request({});
  EXPECT_EQ(made.mode, PruneMode::drop);
  EXPECT_TRUE(made.drop.has(model::ArtifactKind::ir));
  EXPECT_TRUE(made.drop.has(model::ArtifactKind::source));
  EXPECT_FALSE(made.drop.has(model::ArtifactKind::assembly));
  EXPECT_FALSE(made.all);
  EXPECT_FALSE(made.budget.any());
  EXPECT_EQ(made.budget.low_water, 100U);
  EXPECT_FALSE(made.keep_newest);
  EXPECT_FALSE(made.unused_since_ns);
  EXPECT_FALSE(made.trash);
  EXPECT_EQ(made.grace_ns, 10 * util::kMinute);
  EXPECT_THAT(made.group_by, IsEmpty());
  EXPECT_THAT(made.notes, IsEmpty());
}

TEST(Request, EveryModeHasItsWord) {
  EXPECT_EQ(request(full()).mode, PruneMode::full);
  PruneWords leftovers;
  leftovers.leftovers = true;
  EXPECT_EQ(request(leftovers).mode, PruneMode::leftovers);
  PruneWords words;
  words.deduplicate = "content";
  EXPECT_EQ(request(words).mode, PruneMode::duplicates);
  EXPECT_TRUE(request(words).same_binary);
  words.deduplicate = "metadata";
  EXPECT_EQ(request(words).mode, PruneMode::duplicates);
  EXPECT_FALSE(request(words).same_binary);
  words.deduplicate = "hardlink";
  EXPECT_EQ(request(words).mode, PruneMode::share);
  words.deduplicate = "size";
  EXPECT_EQ(refusal(words), "--deduplicate: 'size' is not one of content, metadata, hardlink");
}

TEST(Request, ModesExcludeEachOther) {
  PruneWords words = full();
  words.leftovers = true;
  EXPECT_THAT(refusal(words), StartsWith("--full, --deduplicate and --leftovers exclude each other"));
  words = full();
  words.deduplicate = "content";
  EXPECT_THAT(refusal(words), StartsWith("--full, --deduplicate and --leftovers exclude each other"));
  words = full();
  words.drop = {"ir"};
  EXPECT_THAT(refusal(words), StartsWith("--drop chooses artifacts of kernels that stay"));
}

TEST(Request, DropTakesKindsOneByOneAndWithCommas) {
  PruneWords words;
  words.drop = {"source,asm"};
  EXPECT_TRUE(request(words).drop.has(model::ArtifactKind::source));
  EXPECT_TRUE(request(words).drop.has(model::ArtifactKind::assembly));
  EXPECT_FALSE(request(words).drop.has(model::ArtifactKind::ir));
  words.drop = {"assembly", "ir"};
  EXPECT_TRUE(request(words).drop.has(model::ArtifactKind::source)) << "the source goes with the IR";
  words.drop = {"binary"};
  EXPECT_EQ(refusal(words), "--drop 'binary' is not one of ir, source, assembly");
}

TEST(Request, AllBelongsToFull) {
  PruneWords words = full();
  words.all = true;
  EXPECT_TRUE(request(words).all);
  words.full = false;
  EXPECT_THAT(refusal(words), StartsWith("--all belongs to --full"));
}

TEST(Request, LimitsAreReadInTheirUnits) {
  PruneWords words = full();
  words.unused_for = "90d";
  words.max_size = "2MiB";
  words.max_files = "300";
  words.min_free = "1MiB";
  words.low_water = "90%";
  const PruneRequest made = request(words);
  EXPECT_EQ(made.unused_since_ns, kNow - 90 * util::kDay);
  EXPECT_EQ(made.budget.max_bytes, 2 * kMiB);
  EXPECT_EQ(made.budget.max_files, 300U);
  EXPECT_EQ(made.budget.min_free, kMiB);
  EXPECT_EQ(made.budget.low_water, 90U);
}

TEST(Request, AWordThatIsNoLimitIsNamedWithItsOption) {
  const auto with = [](std::optional<std::string> PruneWords::*member, const std::string& word) {
    PruneWords words = full();
    words.*member = word;
    return refusal(words);
  };
  EXPECT_THAT(with(&PruneWords::unused_for, "long"), StartsWith("--unused-for: "));
  EXPECT_THAT(with(&PruneWords::max_size, "big"), StartsWith("--max-size: "));
  EXPECT_THAT(with(&PruneWords::min_free, "much"), StartsWith("--min-free: "));
  EXPECT_EQ(with(&PruneWords::max_files, "few"), "--max-files: 'few' is not a whole number");
  EXPECT_EQ(with(&PruneWords::keep_newest, "-1"), "--keep-newest: '-1' is not a whole number");
  EXPECT_THAT(with(&PruneWords::keep_newest, "0"), StartsWith("--keep-newest 0 would keep none"));
  EXPECT_EQ(with(&PruneWords::low_water, "half"), "--low-water is 'half'; it must be a percentage from 1% to 100%");
  EXPECT_THAT(with(&PruneWords::low_water, "90%"), StartsWith("--low-water says how far to go below"));
}

TEST(Request, KernelsAreGroupedByNameBackendAndArchitectureUnlessTheUserSaysOtherwise) {
  PruneWords words = full();
  words.keep_newest = "2";
  EXPECT_EQ(request(words).keep_newest, 2U);
  EXPECT_THAT(request(words).group_by, ElementsAre("name", "backend", "arch"));
  words.group_by = {"name, root", "version"};
  EXPECT_THAT(request(words).group_by, ElementsAre("name", "root", "version"));
  words.group_by = {"nmae"};
  EXPECT_THAT(refusal(words), HasSubstr("did you mean name?"));
  words.keep_newest.reset();
  EXPECT_THAT(refusal(words), StartsWith("--group-by says of what --keep-newest keeps the newest"));
}

TEST(Request, SpaceIsASizeOrAPercentageOfTheFileSystem) {
  PruneWords words = full();
  words.min_free = "10%";
  EXPECT_EQ(request(words).budget.min_free_percent, 10U);
  EXPECT_FALSE(request(words).budget.min_free);
  EXPECT_EQ(request(words).budget.free_rule, "--min-free 10%");
  for (const char* word : {"0%", "101%", "%", "-1%", "much%"}) {
    words.min_free = word;
    EXPECT_THAT(refusal(words), StartsWith("--min-free: ")) << word;
  }
  const PruneRequest made = request(full(), {{"TCM_PRUNE_MIN_FREE", "5%"}});
  EXPECT_EQ(made.budget.min_free_percent, 5U);
  EXPECT_EQ(made.budget.free_rule, "prune.min_free 5% (env TCM_PRUNE_MIN_FREE)");
}

TEST(Request, PoliciesThatContradictEachOtherAreRefused) {
  PruneWords words;
  words.leftovers = true;
  words.max_size = "1M";
  EXPECT_THAT(refusal(words), StartsWith("--max-size, --max-files, --min-free and --keep-newest choose kernels"));
}

const std::map<std::string, std::string> kLimits{{"TCM_PRUNE_MAX_SIZE", "1MiB"}, {"TCM_PRUNE_MAX_FILES", "10"},
                                                 {"TCM_PRUNE_MIN_FREE", "2MiB"}, {"TCM_PRUNE_LOW_WATER", "80%"},
                                                 {"TCM_PRUNE_KEEP_NEWEST", "3"}, {"TCM_PRUNE_UNUSED_FOR", "30d"}};

TEST(Request, TheSettingsLimitsCountWhenTheWordsChooseNothing) {
  const PruneRequest made = request(full(), kLimits);
  EXPECT_EQ(made.budget.max_bytes, kMiB);
  EXPECT_EQ(made.budget.max_files, 10U);
  EXPECT_EQ(made.budget.min_free, 2 * kMiB);
  EXPECT_EQ(made.budget.low_water, 80U);
  EXPECT_EQ(made.unused_since_ns, kNow - 30 * util::kDay);
  EXPECT_EQ(made.keep_newest, 3U) << "together with a budget, too";
  EXPECT_EQ(made.budget.size_rule, "prune.max_size 1.0 MiB (env TCM_PRUNE_MAX_SIZE)");
  EXPECT_EQ(made.unused_rule, "prune.unused_for 30d (env TCM_PRUNE_UNUSED_FOR)");
  EXPECT_EQ(made.newest_rule, "prune.keep_newest 3 (env TCM_PRUNE_KEEP_NEWEST)");
  EXPECT_THAT(made.notes, IsEmpty());
  EXPECT_EQ(request(full(), {{"TCM_PRUNE_KEEP_NEWEST", "3"}}).keep_newest, 3U);
  EXPECT_THAT(request(full(), {{"TCM_PRUNE_KEEP_NEWEST", "3"}}).group_by, ElementsAre("name", "backend", "arch"));
}

TEST(Request, AnyChoiceOfTheUserSwitchesTheSettingsLimitsOff) {
  std::vector<PruneWords> choices(5, full());
  choices[0].all = true;
  choices[1].filters.names = {"matmul"};
  choices[2].unused_for = "none";
  choices[3].keep_newest = "1";
  choices[4].max_size = "none";
  for (const PruneWords& words : choices) {
    const PruneRequest made = request(words, kLimits);
    EXPECT_FALSE(made.budget.any());
    EXPECT_FALSE(made.unused_since_ns);
  }
}

TEST(Request, ALimitOfTheSettingsThatDoesNotCountIsNamedWithWhatSwitchedItOff) {
  PruneWords words;
  words.filters.backends = {"cuda"};
  words.filters.older_than = {"3d"};
  EXPECT_THAT(request(words, {{"TCM_PRUNE_MAX_SIZE", "1MiB"}, {"TCM_PRUNE_UNUSED_FOR", "36h"}}).notes,
              ElementsAre("Not applied: prune.max_size 1.0 MiB (env TCM_PRUNE_MAX_SIZE), prune.unused_for 36h (env "
                          "TCM_PRUNE_UNUSED_FOR), because of --backend, --older-than."));
  EXPECT_THAT(request(words).notes, IsEmpty());
  words = full();
  words.all = true;
  EXPECT_THAT(request(words, {{"TCM_PRUNE_MAX_FILES", "5"}}).notes, ElementsAre(HasSubstr("because of --all")));
}

TEST(Request, WhereToLookIsNoChoice) {
  PruneWords words = full();
  words.filters.cache_dirs = {"/cache"};
  words.filters.kinds = {"kernel"};
  EXPECT_EQ(request(words, kLimits).budget.max_bytes, kMiB);
}

TEST(Request, TheSettingsLimitsAreForKernelsOnly) {
  PruneWords words;
  words.leftovers = true;
  EXPECT_FALSE(request(words, kLimits).budget.any());
  EXPECT_FALSE(request(words, kLimits).unused_since_ns);
  words = {};
  words.deduplicate = "content";
  EXPECT_FALSE(request(words, kLimits).budget.any());
}

TEST(Request, ALowWaterOfTheSettingsGoesWithALimitOfTheUser) {
  PruneWords words = full();
  words.max_size = "4MiB";
  EXPECT_EQ(request(words, kLimits).budget.low_water, 80U);
  words.low_water = "70";
  EXPECT_EQ(request(words, kLimits).budget.low_water, 70U);
}

TEST(Request, GraceIsTheUsersOrTheSettings) {
  PruneWords words;
  EXPECT_EQ(request(words, {{"TCM_PRUNE_GRACE", "1h"}}).grace_ns, util::kHour);
  words.change.grace = "0s";
  EXPECT_EQ(request(words, {{"TCM_PRUNE_GRACE", "1h"}}).grace_ns, 0);
  words.change.grace = "soon";
  EXPECT_THAT(refusal(words), StartsWith("--grace: "));
}

const std::map<std::string, std::string> kTrash{
    {"TCM_PRUNE_TRASH", "true"}, {"TCM_PRUNE_TRASH_KEEP", "2d"}, {"TCM_PRUNE_TRASH_MAX_SIZE", "3MiB"}};

TEST(Request, TheTrashIsTheUsersOrTheSettings) {
  PruneWords words = full();
  words.all = true;
  EXPECT_FALSE(request(words).trash);
  EXPECT_TRUE(request(words, kTrash).trash);
  EXPECT_EQ(request(words, kTrash).trash_keep_ns, 2 * util::kDay);
  EXPECT_EQ(request(words, kTrash).trash_max_bytes, 3 * kMiB);
  words.change.no_trash = true;
  EXPECT_FALSE(request(words, kTrash).trash);
  words.change.trash = true;
  EXPECT_THAT(refusal(words), StartsWith("--trash and --no-trash exclude each other"));
  words.change.no_trash = false;
  EXPECT_TRUE(request(words).trash);
}

TEST(Request, ASettingOfTheTrashDoesNotTouchWhatRemovesNoEntry) {
  EXPECT_FALSE(request({}, kTrash).trash);
  PruneWords words;
  words.deduplicate = "hardlink";
  EXPECT_FALSE(request(words, kTrash).trash);
  words.change.trash = true;
  EXPECT_THAT(refusal(words), StartsWith("--trash keeps entries that are removed"));
  words.deduplicate.reset();
  EXPECT_THAT(refusal(words), StartsWith("--trash keeps whole entries"));
}

TEST(Request, ABudgetInBytesGoesBeforeASettingOfTheTrashAndSaysSo) {
  PruneWords words = full();
  words.max_size = "1M";
  EXPECT_FALSE(request(words, kTrash).trash);
  EXPECT_THAT(request(words, kTrash).notes, ElementsAre(StartsWith("Ignoring prune.trash")));
  words.change.no_trash = true;
  EXPECT_THAT(request(words, kTrash).notes, IsEmpty());
  words.change = {};
  words.change.trash = true;
  EXPECT_THAT(refusal(words, kTrash), StartsWith("--trash keeps what is removed, which frees nothing"));
  words = full();
  words.max_files = "5";
  EXPECT_TRUE(request(words, kTrash).trash) << "files in the trash are out of the roots";
}

TEST(Request, OnlyDirectoriesThatSomebodyConfiguredAreChosen) {
  EXPECT_THAT(request({}).cache_dirs, IsEmpty());
  EXPECT_THAT(request({}).default_dirs, ElementsAre("/home/user/.triton/cache"));
  EXPECT_THAT(request({}, {{"TRITON_CACHE_DIR", "/cache"}}).cache_dirs, ElementsAre("/cache"));
  EXPECT_EQ(request({}, {{"TCM_JOBS", "7"}}).jobs, 7U);
}

TEST(Request, KeysAreRemovedUnderTheSameRules) {
  service::RemovalWords words;
  words.keys = {"ABC", "DEF"};
  words.cache_dirs = {"/one"};
  words.change.grace = "1h";
  const auto made = service::removal_request(words, settings(kTrash));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->mode, PruneMode::keys);
  EXPECT_THAT(made->keys, ElementsAre("ABC", "DEF"));
  EXPECT_THAT(made->filters.cache_dirs, ElementsAre("/one"));
  EXPECT_EQ(made->grace_ns, util::kHour);
  EXPECT_TRUE(made->trash);
  EXPECT_FALSE(made->budget.any());
  words.change.grace = "x";
  const auto refused = service::removal_request(words, settings());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, StartsWith("--grace: "));
}

TEST(Request, NoLimitOfTheSettingsRemovesMoreThanTheKeys) {
  service::RemovalWords words;
  words.keys = {"ABC"};
  const auto made = service::removal_request(words, settings(kLimits));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_FALSE(made->budget.any());
  EXPECT_FALSE(made->keep_newest);
  EXPECT_FALSE(made->unused_since_ns);
}

}  // namespace
}  // namespace tcm::test
