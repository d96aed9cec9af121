// SPDX-License-Identifier: Apache-2.0
#include "core/util/thread/workers.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/util/thread/no_threads.hpp"

namespace tcm::util {
namespace {

TEST(Workers, DoEverythingOnceAndGiveEachItsOwnResult) {
  for (const unsigned threads : {0U, 1U, 4U}) {
    std::atomic<int> done = 0;
    std::vector<std::future<int>> results;
    Workers<int> workers(threads);
    for (int i = 0; i < 1000; ++i)
      results.push_back(workers.run(Workers<int>::Task([i, &done] {
        ++done;
        return i;
      })));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].get(), i);
    EXPECT_EQ(done, 1000);
  }
}

TEST(Workers, WhereTheSystemStartsNoThreadTheWorkIsDoneAllTheSame) {
  const NoThreads none;
  Workers<std::thread::id> workers(4);
  EXPECT_EQ(workers.run(Workers<std::thread::id>::Task([] { return std::this_thread::get_id(); })).get(),
            std::this_thread::get_id());
}

TEST(Workers, WithoutAThreadNothingIsDoneElsewhere) {
  Workers<std::thread::id> workers(0);
  EXPECT_EQ(workers.run(Workers<std::thread::id>::Task(std::this_thread::get_id)).get(), std::this_thread::get_id());
}

TEST(Workers, TheOneThatHandsOutHelpsInsteadOfWaiting) {
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  std::vector<std::future<bool>> results;
  {
    Workers<bool> workers(1);
    const std::thread::id here = std::this_thread::get_id();
    // One in work, two that wait; from the fourth on this thread has to do it, as nobody else can.
    for (int i = 0; i < 3; ++i)
      results.push_back(workers.run(Workers<bool>::Task([gate, here] {
        if (std::this_thread::get_id() != here) gate.wait();
        return true;
      })));
    bool helped = false;
    for (int i = 0; i < 3; ++i)
      helped |= workers.run(Workers<bool>::Task([here] { return std::this_thread::get_id() == here; }))
                    .wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    EXPECT_TRUE(helped);
    open.set_value();
  }
  for (std::future<bool>& result : results) EXPECT_TRUE(result.get()) << "what was handed out is done before they go";
}

TEST(Workers, WhatATaskThrowsComesOutOfItsResult) {
  Workers<int> workers(1);
  auto result = workers.run(Workers<int>::Task([]() -> int { throw std::runtime_error("broken"); }));
  EXPECT_THROW(result.get(), std::runtime_error);
  EXPECT_EQ(workers.run(Workers<int>::Task([] { return 7; })).get(), 7);
}

}  // namespace
}  // namespace tcm::util
