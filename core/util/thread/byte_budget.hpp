// SPDX-License-Identifier: Apache-2.0
// Memory that threads share: who needs much of it waits until the others have given theirs back.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace tcm::util {

/// Any number of threads. Must outlive what it gave.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes) : all_(bytes), left_(bytes) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  /// Goes back to the budget at its end.
  class Share {
   public:
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (budget_) budget_->give_back(bytes_);
    }

   private:
    friend class ByteBudget;
    Share(ByteBudget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}
    ByteBudget* budget_;
    std::size_t bytes_;
  };

  /// Waits until so much is left; who asks for more than there is gets all of it. A thread that holds a share must not
  /// take another one.
  Share take(std::size_t bytes) {
    bytes = std::min(bytes, all_);
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this, bytes] { return left_ >= bytes; });
    left_ -= bytes;
    return {this, bytes};
  }

 private:
  void give_back(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      left_ += bytes;
    }
    returned_.notify_all();
  }

  const std::size_t all_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t left_;
};

}  // namespace tcm::util
