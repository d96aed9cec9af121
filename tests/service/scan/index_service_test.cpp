// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/index_service.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/service/scan/read_pipeline.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;
using model::SkipReason;
using service::RootReport;
using testing::HasSubstr;

class IndexService : public ServiceTest {
 protected:
  RootReport index_one() {
    const service::IndexReport report = index_all();
    EXPECT_EQ(report.roots.size(), 1U);
    EXPECT_TRUE(report.failures.empty());
    return report.roots.at(0);
  }
};

void expect_counts(const RootReport& root, std::int64_t added, std::int64_t changed, std::int64_t gone,
                   std::int64_t unchanged) {
  EXPECT_EQ(root.added, added);
  EXPECT_EQ(root.changed, changed);
  EXPECT_EQ(root.gone, gone);
  EXPECT_EQ(root.unchanged, unchanged);
}

TEST_F(IndexService, SeesExactlyWhatWasAddedReplacedAndRemoved) {
  add_kernels(cache(), 20);
  expect_counts(index_one(), 20, 0, 0, 0);
  expect_counts(index_one(), 0, 0, 0, 20);

  fs::remove_all(cache() / make_key(3));
  fs::remove_all(cache() / make_key(4));
  add_kernels(cache(), 3, 100);
  // Replaced: the same key, another directory.
  fs::remove_all(cache() / make_key(5));
  KernelSpec replacement;
  replacement.seed = 5;
  replacement.age = std::chrono::minutes(5);
  add_kernel(cache(), replacement);
  // Changed in place: a file of the entry was replaced, as a recompile does.
  write_file(cache() / make_key(6) / "add_kernel.extra", "more");
  set_age(cache() / make_key(6), std::chrono::minutes(4));

  const RootReport root = index_one();
  expect_counts(root, 3, 2, 2, 16);
  EXPECT_EQ(root.kernels, 21);
  EXPECT_EQ(keys({}).size(), 21U);
  EXPECT_EQ(keys({}).count(make_key(3)), 0U);
  EXPECT_EQ(keys({}).count(make_key(101)), 1U);
}

// Rows of entries that are gone must not stay.
TEST_F(IndexService, EntriesThatVanishedLeaveTheIndex) {
  add_kernels(cache(), 5);
  EXPECT_EQ(index_all().now, 5);
  fs::remove_all(cache() / make_key(1));
  fs::remove_all(cache() / make_key(2));
  const service::IndexReport report = index_all();
  EXPECT_EQ(report.before, 5);
  EXPECT_EQ(report.now, 3);
  EXPECT_EQ(list({}).size(), 3U);
}

TEST_F(IndexService, ASecondRunReadsNoEntry) {
  add_kernels(cache(), 10);
  let_settle();
  index_all();
  service::IndexProgress progress;
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  ASSERT_TRUE(service::index_caches(request, index_, backends_, progress));
  EXPECT_EQ(progress.seen.load(), 10U);
  EXPECT_EQ(progress.read.load(), 0U);
}

TEST_F(IndexService, AFullRescanReadsEverythingAndFindsItUnchanged) {
  add_kernels(cache(), 10);
  index_all();
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  request.full_rescan = true;
  service::IndexProgress progress;
  const auto report = service::index_caches(request, index_, backends_, progress);
  ASSERT_TRUE(report);
  EXPECT_EQ(progress.read.load(), 10U);
  expect_counts(report->roots.at(0), 0, 0, 0, 10);
}

TEST_F(IndexService, EntriesTooYoungToTrustAreReadAgain) {
  KernelSpec spec;
  spec.age = std::chrono::nanoseconds(0);
  add_kernel(cache(), spec);
  // What counts is that a change right after the first reading is not missed, although the clock may not have moved on.
  index_all();
  write_file(cache() / make_key(1) / "late.file", "late");
  index_all();
  service::FilterWords words;
  EXPECT_EQ(list(words).at(0).file_count, 9);
}

TEST_F(IndexService, EveryKindIsCountedAndSizedSoThatTotalsAreComplete) {
  add_kernels(cache(), 3);
  add_module(cache(), 10, "launcher.so");
  add_autotune(cache(), 11, "tuned");
  add_empty(cache(), 12);
  add_partial(cache(), 13);
  add_leftover(cache(), 14);
  add_entry(cache(), "notes", {{"readme.txt", "mine"}});
  write_file(cache() / "loose.lock", "12345");
  const RootReport root = index_one();
  EXPECT_EQ(root.kernels, 3);
  EXPECT_EQ(root.entries, 9);

  std::map<EntryKind, int> kinds;
  for (const index::Row& row : list(all_kinds())) {
    ++kinds[row.kind];
    EXPECT_EQ(row.bytes.total(), bytes_below(cache() / row.key)) << row.key;
  }
  EXPECT_EQ(kinds, (std::map<EntryKind, int>{{EntryKind::kernel, 3},
                                             {EntryKind::module, 1},
                                             {EntryKind::autotune, 1},
                                             {EntryKind::empty, 1},
                                             {EntryKind::partial, 1},
                                             {EntryKind::leftover, 1},
                                             {EntryKind::foreign, 1}}));
  const auto stats = service::stats({}, index_, backends_, util::now_ns());
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->total.bytes.total() + stats->other_files.bytes, bytes_below(cache()));
  EXPECT_EQ(stats->other_files.files, 1U);
}

// Where everything was skipped, "0 now" alone would hide why.
TEST_F(IndexService, WhatIsSkippedIsCountedWithItsReasonInEveryRun) {
  add_kernels(cache(), 2);
  write_file(cache() / make_key(1) / "__grp__add_kernel.json", "{");
  write_file(cache() / make_key(2) / "add_kernel.json", "[1]");
  set_tree_age(cache(), std::chrono::hours(1));
  for (int run = 0; run < 2; ++run) {
    const service::IndexReport report = index_all();
    EXPECT_TRUE(report.partial());
    const RootReport& root = report.roots.at(0);
    EXPECT_EQ(root.kernels, 0);
    EXPECT_EQ(root.broken_count(), 2) << "run " << run;
    EXPECT_EQ(root.skipped_count(), 0) << "run " << run;
    EXPECT_EQ(root.broken_reasons.at(SkipReason::group_malformed), 1);
    EXPECT_EQ(root.broken_reasons.at(SkipReason::metadata_malformed), 1);
    ASSERT_EQ(root.skipped.size(), 2U);
    for (const service::Skipped& skipped : root.skipped) EXPECT_FALSE(skipped.detail.empty());
  }
}

TEST_F(IndexService, AForeignDirectoryOrALinkIsNoFailure) {
  add_kernels(cache(), 1);
  add_entry(cache(), "notes", {{"readme.txt", "mine"}});
  fs::create_directory_symlink(cache() / make_key(1), cache() / make_key(77));
  const service::IndexReport report = index_all();
  EXPECT_FALSE(report.partial());
  EXPECT_EQ(report.roots.at(0).skip_reasons.at(SkipReason::not_an_entry), 1);
  EXPECT_EQ(report.roots.at(0).skip_reasons.at(SkipReason::symlink), 1);
  EXPECT_EQ(report.now, 1);
}

// One directory in three spellings must not become three sets of rows.
TEST_F(IndexService, OneRootHasOneIdentityInEverySpelling) {
  add_kernels(cache(), 4);
  fs::create_directory_symlink(cache(), directory_ / "link");
  service::IndexRequest request;
  request.cache_dirs = {cache().string(), cache().string() + "/", (directory_ / "." / "cache").string(),
                        (directory_ / "link").string(), (directory_ / "cache" / ".." / "cache").string()};
  const service::IndexReport report = index_all(request);
  EXPECT_EQ(report.roots.size(), 1U);
  EXPECT_EQ(report.now, 4);
  for (const std::string& spelling : request.cache_dirs) {
    service::FilterWords words;
    words.cache_dirs = {spelling};
    EXPECT_EQ(list(words).size(), 4U) << spelling;
  }
}

// The paths in the groups of a cache that was moved, or made in a container, lead nowhere.
TEST_F(IndexService, AMovedTreeIndexesInFull) {
  KernelSpec spec;
  spec.group_root = "/somewhere/else/entirely";
  for (spec.seed = 1; spec.seed <= 3; ++spec.seed) add_kernel(cache(), spec);
  EXPECT_EQ(index_all().now, 3);
  fs::rename(cache(), directory_ / "moved");
  service::IndexRequest request;
  request.cache_dirs = {(directory_ / "moved").string()};
  const service::IndexReport report = index_all(request);
  EXPECT_EQ(report.roots.at(0).kernels, 3);
  EXPECT_EQ(report.roots.at(0).skipped_count(), 0);
}

// Age and first sight must survive.
TEST_F(IndexService, FirstSightSurvivesAChangeOfTheEntry) {
  add_kernels(cache(), 1);
  index_all();
  const index::Row before = list({}).at(0);
  write_file(cache() / make_key(1) / "more.ttir", "x");
  set_age(cache() / make_key(1), std::chrono::minutes(1));
  const RootReport root = index_one();
  EXPECT_EQ(root.changed, 1);
  const index::Row after = list({}).at(0);
  EXPECT_EQ(after.first_seen_ns, before.first_seen_ns);
  EXPECT_NE(after.modified_ns, before.modified_ns);
}

TEST_F(IndexService, AVanishedRootLeavesTheIndexAndAMissingCacheIsAnErrorWhenNobodyKnowsIt) {
  make_inductor(cache() / "ind", 2);
  service::IndexRequest request;
  request.cache_dirs = {(cache() / "ind").string()};
  EXPECT_EQ(index_all(request).roots.size(), 2U);
  const auto before = keys({}).size();
  fs::remove_all(cache() / "ind" / "triton" / "1");
  const service::IndexReport one = index_all(request);
  EXPECT_EQ(one.now, static_cast<std::int64_t>(before) / 2);
  ASSERT_EQ(one.roots.size(), 2U);
  EXPECT_EQ(one.roots.at(1).gone, static_cast<std::int64_t>(before) / 2);
  fs::remove_all(cache() / "ind");
  EXPECT_EQ(index_all(request).now, 0);
  ASSERT_TRUE(service::forget_caches(request.cache_dirs, index_));

  service::IndexProgress progress;
  const auto missing = service::index_caches(request, index_, backends_, progress);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::missing);
  // The message names the directory.
  EXPECT_THAT(missing.error().message, HasSubstr((cache() / "ind").string()));
}

TEST_F(IndexService, OneMissingDirectoryDoesNotStopTheOthers) {
  add_kernels(cache(), 2);
  service::IndexRequest request;
  request.cache_dirs = {(directory_ / "nowhere").string(), cache().string()};
  const service::IndexReport report = index_all(request);
  EXPECT_EQ(report.now, 2);
  EXPECT_EQ(report.failures.size(), 1U);
  EXPECT_TRUE(report.partial());
}

TEST_F(IndexService, LayoutsWithSeveralRootsAreIndexedWhole) {
  make_inductor(cache() / "inductor", 2);
  make_vllm(cache() / "vllm", 2);
  service::IndexRequest request;
  request.cache_dirs = {(cache() / "inductor").string(), (cache() / "vllm").string()};
  const service::IndexReport report = index_all(request);
  std::map<model::Layout, std::int64_t> kernels;
  for (const RootReport& root : report.roots) kernels[root.layout] += root.kernels;
  EXPECT_EQ(kernels, (std::map<model::Layout, std::int64_t>{{model::Layout::inductor, 4}, {model::Layout::vllm, 8}}));
  const auto stats = service::stats({}, index_, backends_, util::now_ns());
  EXPECT_EQ(stats->total.bytes.total() + stats->other_files.bytes, bytes_below(cache()));
}

TEST_F(IndexService, WithoutAnyPluginEverythingIsIndexedAllTheSame) {
  add_kernels(cache(), 4);
  service::Backends none(built_plugins(true));
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  service::IndexProgress progress;
  const auto report = service::index_caches(request, index_, none, progress);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->now, 4);
  std::set<std::string> backends;
  for (const index::Row& row : list({})) {
    backends.insert(row.backend + " " + row.arch);
    EXPECT_EQ(row.bytes.binary, 0U);
    EXPECT_GT(row.bytes.other, 0U);
    EXPECT_EQ(row.bytes.total(), bytes_below(cache() / row.key));
  }
  EXPECT_EQ(backends, (std::set<std::string>{"cuda 80", "cuda 90", "hip gfx90a", "hip gfx942"}));
}

TEST_F(IndexService, OtherBackendsAreIndexedByTheirTargetName) {
  add_xpu_kernel(cache(), 1, true);
  add_npu_kernel(cache(), 2);
  add_cpu_kernel(cache(), 3);
  add_triton20_kernel(cache(), 4);
  add_triton21_kernel(cache(), 5);
  EXPECT_EQ(index_one().kernels, 5);
  std::multiset<std::string> backends;
  for (const index::Row& row : list({})) backends.insert(row.backend);
  EXPECT_EQ(backends, (std::multiset<std::string>{"cpu", "cuda", "cuda", "npu", "xpu"}));
}

TEST_F(IndexService, AStoppedRunIsAnErrorAndTheNextRunFinishesIt) {
  add_kernels(cache(), 50);
  service::IndexProgress progress;
  progress.stop = true;
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  const auto stopped = service::index_caches(request, index_, backends_, progress);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::interrupted);
  EXPECT_EQ(index_all().now, 50);
}

// Writers come and go while the index is taken: no run may fail, and a last one must agree with the disk.
TEST_F(IndexService, ACacheThatChangesWhileItIsReadIsNoFailure) {
  add_kernels(cache(), 40);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t seed = 1000; !stop; ++seed) {
      add_kernels(cache(), 1, seed);
      std::error_code ignored;
      fs::remove_all(cache() / make_key(seed - 3), ignored);
    }
  });
  for (int run = 0; run < 10; ++run) {
    const service::IndexReport report = index_all();
    EXPECT_TRUE(report.failures.empty());
    EXPECT_GE(report.now, 40);
  }
  stop = true;
  writer.join();
  index_all();
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(cache())) ++entries;
  EXPECT_EQ(list(all_kinds()).size(), entries);
}

TEST_F(IndexService, ManyReadersFindWhatOneFinds) {
  add_kernels(cache(), 200);
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  request.jobs = 8;
  EXPECT_EQ(index_all(request).now, 200);
  std::uint64_t bytes = 0;
  for (const index::Row& row : list({})) bytes += row.bytes.total();
  EXPECT_EQ(bytes, bytes_below(cache()));
}

// A writer that fails (here: the database is gone read-only underneath) must end the run, not hang it.
const std::vector<std::string> kNoSpellings;

class FailingWriter : public index::RootWriter {
 public:
  Result<void> put(const model::Entry&) override { return fail(ErrorCode::failed, "disk full"); }
  Result<void> remove(std::int64_t) override { return {}; }
  Result<void> put_files(const model::Entry&) override { return {}; }
  Result<void> finish(const model::Beside&) override { return {}; }
};

TEST_F(IndexService, AFailingWriterEndsTheRunWithItsError) {
  add_kernels(cache(), 5);
  const auto root = cache::Root::open(cache().string());
  ASSERT_TRUE(root);
  FailingWriter writer;
  service::IndexProgress progress;
  service::IndexRequest request;
  request.jobs = 2;
  service::ReadPipeline pipeline(*root, kNoSpellings, backends_, request, writer, progress);
  for (int round = 0; round < 1000; ++round)
    if (!pipeline.submit({make_key(1), std::nullopt, false})) break;
  const auto counts = pipeline.finish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().message, "disk full");
}

/// A writer for which there is no memory.
class ThrowingWriter : public FailingWriter {
 public:
  Result<void> put(const model::Entry&) override { throw std::bad_alloc(); }
};

TEST_F(IndexService, AnExceptionInAThreadEndsTheRunAndNotTheProcess) {
  add_kernel(cache(), {.seed = 1});
  const auto root = cache::Root::open(cache().string());
  ASSERT_TRUE(root);
  ThrowingWriter writer;
  service::IndexProgress progress;
  service::IndexRequest request;
  request.jobs = 2;
  service::ReadPipeline pipeline(*root, kNoSpellings, backends_, request, writer, progress);
  for (int round = 0; round < 1000; ++round)
    if (!pipeline.submit({make_key(1), std::nullopt, false})) break;
  const auto counts = pipeline.finish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().message, "out of memory");
}

}  // namespace
}  // namespace tcm::test
