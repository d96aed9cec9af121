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
  /// `capacity` is a number of items; at least one is always held.
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity == 0 ? 1 : capacity) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Waits while the queue is full. False, and the item is dropped, once the queue is closed or aborted.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return items_.size() < capacity_ || closed_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  /// Does not wait: false, and the item stays as it is, when the queue is full, closed or aborted.
  bool try_push(T& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return true;
  }

  /// Waits while the queue is empty. Absent once it is closed and emptied, or aborted.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !items_.empty() || closed_; });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    lock.unlock();
    space_.notify_one();
    return item;
  }

  /// Nothing more comes in. May be called more than once.
  void close() { end(false); }

  /// Nothing more comes in or goes out. May be called more than once, and after close().
  void abort() { end(true); }

 private:
  void end(bool drop) {
    std::deque<T> dropped;  // destroyed after the lock is given back: an item's destructor may take its time
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      if (drop) dropped.swap(items_);
    }
    space_.notify_all();
    filled_.notify_all();
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable space_;
  std::condition_variable filled_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace tcm::util
