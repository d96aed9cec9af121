// SPDX-License-Identifier: Apache-2.0
// A queue between threads that holds only so much, so that fast producers wait for a slow consumer instead of filling
// the memory. Any number of threads on both sides.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tcm::util {

/// How it ends: producers are done -> close(): what is inside is still handed out, then pop() says so. Something failed
/// -> abort(): what is inside is dropped and everybody leaves at once. T must be movable.
template <class T>
class BoundedQueue {
 public:
  /// `capacity` is a number of items, `max_weight` a sum of what push() is told; at least one item is always held.
  explicit BoundedQueue(std::size_t capacity, std::size_t max_weight = static_cast<std::size_t>(-1))
      : capacity_(capacity == 0 ? 1 : capacity), max_weight_(max_weight) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Waits while the queue is full. False, and the item is dropped, once the queue is closed or aborted.
  bool push(T item, std::size_t weight = 0) {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this, weight] { return has_room(weight) || closed_; });
    if (closed_) return false;
    items_.push_back({std::move(item), weight});
    weight_ += weight;
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  /// Does not wait: false, and the item stays as it is, when the queue is full, closed or aborted.
  bool try_push(T& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || !has_room(0)) return false;
      items_.push_back({std::move(item), 0});
    }
    filled_.notify_one();
    return true;
  }

  /// Waits while the queue is empty. Absent once it is closed and emptied, or aborted.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !items_.empty() || closed_; });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front().item));
    weight_ -= items_.front().weight;
    items_.pop_front();
    lock.unlock();
    // All: one that needs much may still have to wait while another one need not.
    space_.notify_all();
    return item;
  }

  /// Nothing more comes in. May be called more than once.
  void close() { end(false); }

  /// Nothing more comes in or goes out. May be called more than once, and after close().
  void abort() { end(true); }

 private:
  struct Held {
    T item;
    std::size_t weight;
  };

  bool has_room(std::size_t weight) const {
    return items_.empty() || (items_.size() < capacity_ && weight_ < max_weight_ && weight <= max_weight_ - weight_);
  }

  void end(bool drop) {
    std::deque<Held> dropped;  // destroyed after the lock is given back: an item's destructor may take its time
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      if (drop) {
        dropped.swap(items_);
        weight_ = 0;
      }
    }
    space_.notify_all();
    filled_.notify_all();
  }

  const std::size_t capacity_;
  const std::size_t max_weight_;
  std::mutex mutex_;
  std::condition_variable space_;
  std::condition_variable filled_;
  std::deque<Held> items_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace tcm::util
