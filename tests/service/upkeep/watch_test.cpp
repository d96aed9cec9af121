// SPDX-License-Identifier: Apache-2.0
// The watcher in a thread, and a cache that changes under it.
#include "core/service/upkeep/watch.hpp"

#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>

#include "core/config/settings.hpp"
#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class WatchTest : public PruneTest {
 protected:
  WatchTest() {
    request_.cache_dirs = {cache().string()};
    request_.settle = 100ms;
    request_.settle_at_most = 1s;
    host_.open_index = [this] { return index::Index::open(storage_.location(), index::OpenMode::create); };
    host_.upkeep = [this](std::int64_t now_ns) { return service::upkeep_request({{}, false}, settings(), now_ns); };
    host_.ready = [this] { tell([this] { ready_ = true; }); };
    host_.looked = [this](const service::IndexReport&) {
      if (looking_) looking_();
    };
    host_.collected = [this](const service::GcResult& result) {
      tell([&] { collected_ += result.roots.at(0).entries; });
    };
    host_.measured = [this](const service::Figures& figures) { tell([&] { figures_ = figures; }); };
    host_.failed = [this](const Error& error) { tell([&] { failures_.push_back(error); }); };
  }
  ~WatchTest() override { end(); }

  void begin() {
    thread_ = std::thread([this] { result_ = service::watch_caches(request_, host_, backends_, progress_); });
    wait_until([this] { return ready_; });
  }
  void end() {
    progress_.index.stop = true;
    // The watcher sleeps until something happens or a signal comes; here something happens in each of its places.
    if (thread_.joinable()) fs::create_directories(cache() / "wake");
    if (thread_.joinable()) thread_.join();
  }

  void tell(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  bool wait_until(const std::function<bool()>& met, std::chrono::seconds most = 60s) {
    std::unique_lock lock(mutex_);
    const bool in_time = changed_.wait_for(lock, most, met);
    EXPECT_TRUE(in_time);
    return in_time;
  }
  /// Until a look finds so many entries.
  bool wait_for_entries(std::int64_t entries) {
    return wait_until([this, entries] {
      std::int64_t sum = 0;
      for (const index::RootRow& row : figures_.roots) sum += row.absent_ns == 0 ? row.entries : 0;
      return sum == entries;
    });
  }

  config::Settings settings() {
    const auto found = config::resolve({}, [this](const char* name) -> std::optional<std::string> {
      const auto variable = variables_.find(name);
      return variable == variables_.end() ? std::nullopt : std::optional(variable->second);
    });
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }

  std::set<std::string> on_disk() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache())) names.insert(entry.path().filename().string());
    return names;
  }
  std::set<std::string> indexed() {
    const auto keys = this->keys(all_kinds());
    return {keys.begin(), keys.end()};
  }

  std::map<std::string, std::string> variables_{
      {"HOME", directory_.path().string()}, {"TCM_CACHE_DIR", cache().string()}, {"TCM_PRUNE_GRACE", "0s"}};
  service::WatchRequest request_;
  service::WatchHost host_;
  service::PruneProgress progress_;
  std::function<void()> looking_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  std::uint64_t collected_ = 0;
  service::Figures figures_;
  std::vector<Error> failures_;
  Result<void> result_;
  std::thread thread_;
};

TEST_F(WatchTest, WhatComesAndGoesIsInTheIndexSoonAfter) {
  add_kernel(cache(), {.seed = 1});
  begin();
  wait_for_entries(1);
  add_kernel(cache(), {.seed = 2});
  wait_for_entries(2);
  fs::remove_all(cache() / make_key(1));
  wait_for_entries(1);
  end();
  EXPECT_TRUE(result_) << "ended by a flag";
  EXPECT_TRUE(failures_.empty());
}

TEST_F(WatchTest, ACacheThatIsNotThereYetIsWaitedFor) {
  request_.cache_dirs = {(directory_ / "later/triton/cache").string()};
  begin();
  fs::create_directories(directory_ / "later/triton/cache");
  add_kernel(directory_ / "later/triton/cache", {.seed = 1});
  wait_for_entries(1);
  fs::remove_all(directory_ / "later");
  wait_for_entries(0);
  fs::create_directories(directory_ / "later/triton/cache");
  add_kernel(directory_ / "later/triton/cache", {.seed = 2});
  wait_for_entries(1);
  progress_.index.stop = true;
  add_kernel(directory_ / "later/triton/cache", {.seed = 3});
}

TEST_F(WatchTest, ANewDeviceOfInductorIsFound) {
  const fs::path inductor = make_inductor(directory_ / "inductor", 1);
  request_.cache_dirs = {inductor.string()};
  begin();
  const auto entries = static_cast<std::int64_t>(std::distance(fs::directory_iterator(inductor / "triton/0"), {}));
  wait_for_entries(entries);
  fs::create_directories(inductor / "triton/1");
  add_kernel(inductor / "triton/1", {.seed = 90});
  wait_for_entries(entries + 1);
  add_kernel(inductor / "triton/1", {.seed = 91});
  wait_for_entries(entries + 2);
  progress_.index.stop = true;
  add_kernel(inductor / "triton/1", {.seed = 92});
}

TEST_F(WatchTest, ABudgetIsKeptAsTheCacheGrows) {
  add_kernel(cache(), {.seed = 1, .age = 5h});
  variables_["TCM_PRUNE_MAX_SIZE"] = std::to_string(3 * disk_usage(cache() / make_key(1)));
  begin();
  for (std::uint64_t i = 2; i <= 6; ++i) add_kernel(cache(), {.seed = i, .age = 1h});
  wait_until([this] { return collected_ >= 3; });
  wait_for_entries(3);
  EXPECT_FALSE(fs::exists(cache() / make_key(1))) << "the least recently used";
}

TEST_F(WatchTest, NothingHappensWhileNothingChanges) {
  add_kernel(cache(), {.seed = 1});
  begin();
  wait_for_entries(1);
  std::this_thread::sleep_for(3s);
  std::uint64_t looks = 0;
  tell([&] { looks = figures_.watch->looks; });
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(2s);
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 100);
  tell([&] { EXPECT_EQ(figures_.watch->looks, looks); });
}

// TCM_TEST_WATCH_SECONDS says how long; it is short, as all tests are.
TEST_F(WatchTest, AThousandNewEntriesASecondAreAllFound) {
  const char* wanted = std::getenv("TCM_TEST_WATCH_SECONDS");
  const std::chrono::seconds length(wanted != nullptr ? std::atoi(wanted) : 3);
  add_kernel(cache(), {.seed = 1});
  begin();
  const auto start = Clock::now();
  std::uint64_t made = 1;
  while (Clock::now() - start < length) {
    for (int i = 0; i < 50; ++i) {
      const fs::path entry = cache() / make_key(++made);
      fs::create_directory(entry);
      write_file(entry / "cuda_utils.so", "x");
    }
    std::this_thread::sleep_until(start + made * 1ms);
  }
  ASSERT_TRUE(wait_for_entries(static_cast<std::int64_t>(made)));
  end();
  RecordProperty("entries", static_cast<int>(made));
  EXPECT_EQ(indexed().size(), made) << "and what woke the watcher came after its end";
}

TEST_F(WatchTest, WhatTheKernelDroppedIsFoundByALook) {
  add_kernel(cache(), {.seed = 1});
  std::mutex held;
  std::unique_lock hold(held, std::defer_lock);
  looking_ = [&] { const std::lock_guard wait(held); };
  begin();
  wait_for_entries(1);
  hold.lock();
  add_kernel(cache(), {.seed = 2});
  std::this_thread::sleep_for(1s);  // now it looks, and hears nothing
  constexpr int kEvents = 17'000;   // more than the kernel holds
  fs::create_directory(directory_ / "passing");
  for (int i = 0; i < kEvents; ++i)  // an event for each, as the other end is not watched
    fs::rename((i % 2 ? cache() : directory_.path()) / "passing", (i % 2 ? directory_.path() : cache()) / "passing");
  for (std::uint64_t i = 3; i <= 40; ++i) add_kernel(cache(), {.seed = i});
  hold.unlock();
  wait_for_entries(40);
  wait_until([this] { return figures_.watch->overflows > 0; });
  EXPECT_EQ(indexed(), on_disk());
}

}  // namespace
}  // namespace tcm::test
