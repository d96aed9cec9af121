// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/session.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include <fmt/format.h>

namespace tcm::index {

Session::Session(std::string where, std::unique_ptr<soci::session> sql, const Dialect& dialect, Connect connect)
    : where_(std::move(where)), sql_(std::move(sql)), dialect_(&dialect), connect_(std::move(connect)) {}

tl::unexpected<Error> Session::damaged(std::string_view what) const {
  return fail(ErrorCode::corrupt,
              fmt::format("{}: the index is damaged ({}); {}", where_, what, dialect_->rebuild_advice()));
}

bool Session::try_again(const soci::soci_error& error, int attempt) {
  using namespace std::chrono_literals;
  constexpr int kMostAttempts = 10;
  const Failure failure = dialect_->judge(*sql_, error);
  if (failure == Failure::final || attempt >= kMostAttempts) return false;
  if (failure == Failure::lost) return connect_again();
  // Longer each time, and not as long as the other writer, who may be waiting for the same.
  static thread_local std::mt19937 random{std::random_device{}()};
  const int longest = 20 << std::min(attempt, 6);
  std::this_thread::sleep_for(std::uniform_int_distribution(longest / 2, longest)(random) * 1ms);
  return true;
}

bool Session::connect_again() {
  using namespace std::chrono_literals;
  if (!connect_) return false;
  // A server is back after a restart within seconds.
  const auto give_up = std::chrono::steady_clock::now() + 30s;
  for (auto pause = 50ms; std::chrono::steady_clock::now() < give_up; pause = std::min(pause * 2, 2'000ms)) {
    if (auto sql = connect_()) {
      sql_ = std::move(*sql);
      return true;
    } else if (sql.error().code == ErrorCode::denied || sql.error().code == ErrorCode::missing) {
      return false;
    }
    if (!this->pause(pause)) return false;
  }
  return false;
}

bool Session::pause(std::chrono::milliseconds time) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    interrupted_ = stop_ != nullptr && stop_->load(std::memory_order_relaxed);
    if (interrupted_) return false;
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= 0ms) return true;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, 50ms));
  }
}

Error Session::interrupted() const {
  return {ErrorCode::interrupted, where_ + ": interrupted while the server was away; what was committed is whole"};
}

}  // namespace tcm::index
