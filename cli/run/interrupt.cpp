// SPDX-License-Identifier: Apache-2.0
#include "cli/run/interrupt.hpp"

#include <chrono>

namespace tcm::cli {
namespace {

// What a signal handler may touch: one lock-free pointer to a lock-free flag.
std::atomic<std::atomic<bool>*> g_stop{nullptr};

extern "C" void stop_running(int signal) {
  std::atomic<bool>* const stop = g_stop.load();
  if (stop == nullptr || !stop->exchange(true)) return;
  // Asked again: whatever it waits for, such as a server that went silent, it may be ended anywhere.
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

InterruptGuard::InterruptGuard(std::atomic<bool>& stop, index::Index* index) : index_(index) {
  if (index_ != nullptr) index_->stop_waiting_when(&stop);
  g_stop.store(&stop);
  struct sigaction action {};
  action.sa_handler = stop_running;
  ::sigaction(SIGINT, &action, &old_interrupt_);
  ::sigaction(SIGTERM, &action, &old_terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &old_interrupt_, nullptr);
  ::sigaction(SIGTERM, &old_terminate_, nullptr);
  g_stop.store(nullptr);
  if (index_ != nullptr) index_->stop_waiting_when(nullptr);
}

ProgressWatch::ProgressWatch(const Context& context, std::string_view label, Poll poll)
    : poll_(std::move(poll)), line_(label, context.err_terminal(), !context.quiet()) {
  if (context.err_terminal().cursor && !context.quiet()) thread_ = std::thread([this] { watch(); });
}

ProgressWatch::~ProgressWatch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  line_.stop();
}

void ProgressWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(100), [this] { return done_; })) poll_(line_);
}

}  // namespace tcm::cli
