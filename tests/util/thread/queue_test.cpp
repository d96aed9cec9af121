// SPDX-License-Identifier: Apache-2.0
#include "core/util/thread/queue.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/util/thread/byte_budget.hpp"

namespace tcm::util {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, KeepsTheOrder) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_TRUE(queue.push(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
}

TEST(BoundedQueue, HoldsNoMoreThanItsWeight) {
  BoundedQueue<int> queue(10, 100);
  EXPECT_TRUE(queue.push(1, 1000)) << "one is always held";
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_TRUE(queue.push(2, 60));
  std::atomic<bool> pushed = false;
  std::thread heavy([&] {
    queue.push(3, 60);
    pushed = true;
  });
  EXPECT_TRUE(queue.push(4, 40)) << "what is light enough need not wait";
  EXPECT_FALSE(pushed);
  EXPECT_EQ(queue.pop(), 2);
  heavy.join();
  EXPECT_EQ(queue.pop(), 4);
  EXPECT_EQ(queue.pop(), 3);
}

TEST(ByteBudget, IsSharedByAllThreads) {
  ByteBudget budget(100);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const auto share = budget.take(40);
        const int now = held += 40;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        held -= 40;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 100);
  const auto all = budget.take(1'000'000);
}

TEST(BoundedQueue, TakesItemsThatOnlyMove) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  EXPECT_TRUE(queue.push(std::make_unique<int>(7)));
  EXPECT_EQ(**queue.pop(), 7);
}

TEST(BoundedQueue, CloseHandsOutWhatIsInside) {
  BoundedQueue<int> queue(2);
  queue.push(1);
  queue.push(2);
  queue.close();
  EXPECT_FALSE(queue.push(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, AbortDropsWhatIsInside) {
  const auto item = std::make_shared<int>(1);
  BoundedQueue<std::shared_ptr<int>> queue(2);
  queue.push(item);
  queue.abort();
  EXPECT_EQ(item.use_count(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_FALSE(queue.push(item));
  queue.close();
  queue.abort();
}

TEST(BoundedQueue, ZeroCapacityStillMoves) {
  BoundedQueue<int> queue(0);
  EXPECT_TRUE(queue.push(1));
  EXPECT_EQ(queue.pop(), 1);
}

TEST(BoundedQueue, PushWaitsForSpace) {
  BoundedQueue<int> queue(1);
  queue.push(1);
  std::promise<void> started;
  auto pushed = std::async(std::launch::async, [&] {
    started.set_value();
    return queue.push(2);
  });
  started.get_future().wait();
  EXPECT_EQ(pushed.wait_for(50ms), std::future_status::timeout);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_TRUE(pushed.get());
  EXPECT_EQ(queue.pop(), 2);
}

TEST(BoundedQueue, CloseAndAbortWakeEverybodyWhoWaits) {
  // Often enough that some of them wait already when the end comes.
  for (int round = 0; round < 100; ++round) {
    const bool abort = round % 2 == 1;
    BoundedQueue<int> full(1);
    full.push(1);
    BoundedQueue<int> empty(1);
    std::latch started(7);
    std::vector<std::future<bool>> waiting;
    for (int i = 0; i < 3; ++i) {
      waiting.push_back(std::async(std::launch::async, [&] { return started.arrive_and_wait(), full.push(2); }));
      waiting.push_back(
          std::async(std::launch::async, [&] { return started.arrive_and_wait(), empty.pop().has_value(); }));
    }
    started.arrive_and_wait();
    for (int i = 0; i < round; ++i) std::this_thread::yield();
    for (BoundedQueue<int>* queue : {&full, &empty}) abort ? queue->abort() : queue->close();
    for (auto& result : waiting) EXPECT_FALSE(result.get());
  }
}

TEST(BoundedQueue, ManyProducersAndConsumersLoseNothing) {
  constexpr int kProducers = 4;
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(8);
  std::atomic<long> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> consumers;
  for (int i = 0; i < 3; ++i) {
    consumers.emplace_back([&] {
      while (const auto item = queue.pop()) {
        sum += *item;
        ++count;
      }
    });
  }
  std::vector<std::thread> producers;
  for (int i = 0; i < kProducers; ++i) {
    producers.emplace_back([&, i] {
      for (int k = 0; k < kItems; ++k) queue.push(i * kItems + k);
    });
  }
  for (auto& thread : producers) thread.join();
  queue.close();
  for (auto& thread : consumers) thread.join();
  constexpr long kTotal = long{kProducers} * kItems;
  EXPECT_EQ(count, kTotal);
  EXPECT_EQ(sum, kTotal * (kTotal - 1) / 2);
}

}  // namespace
}  // namespace tcm::util
