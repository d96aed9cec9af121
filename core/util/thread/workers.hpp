// SPDX-License-Identifier: Apache-2.0
// Threads that share work with the one that hands it out.
#pragma once

#include <future>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/util/thread/queue.hpp"

namespace tcm::util {

template <class R>
class Workers {
 public:
  using Task = std::packaged_task<R()>;

  /// Starts the threads; at most twice as many tasks wait. With no thread, run() does everything itself. Where the
  /// system starts fewer threads, fewer share the work.
  explicit Workers(unsigned threads) : waiting_(2 * static_cast<std::size_t>(threads)) {
    threads_.reserve(threads);
    try {
      for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // Those that run are enough: leaving with them unjoined would end the process.
    }
  }
  /// Waits for what was handed out.
  ~Workers() {
    waiting_.close();
    for (std::thread& thread : threads_) thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Hands the task to a thread, or does it here and now when all of them have enough to do. What it threw comes out of
  /// the future.
  std::future<R> run(Task task) {
    std::future<R> result = task.get_future();
    if (threads_.empty() || !waiting_.try_push(task)) task();
    return result;
  }

 private:
  void work() {
    while (auto task = waiting_.pop()) (*task)();
  }

  BoundedQueue<Task> waiting_;
  std::vector<std::thread> threads_;
};

}  // namespace tcm::util
