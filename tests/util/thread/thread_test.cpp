// SPDX-License-Identifier: Apache-2.0
#include "core/util/thread/thread.hpp"

#include <new>
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/util/thread/no_threads.hpp"

namespace tcm::util {
namespace {

/// The error that a thread with this body ends with.
std::optional<Error> error_of(std::function<void()> body) {
  std::optional<Error> error;
  auto thread = Thread::start(std::move(body), [&error](Error&& failed) { error = std::move(failed); });
  EXPECT_TRUE(thread);
  if (thread) thread->join();
  return error;
}

TEST(Thread, ABodyThatEndsWellHasNoError) {
  bool ran = false;
  EXPECT_FALSE(error_of([&ran] { ran = true; }));
  EXPECT_TRUE(ran);
}

TEST(Thread, WhatTheBodyThrowsBecomesAnError) {
  const auto error = error_of([] { throw std::length_error("too long"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::failed);
  EXPECT_EQ(error->message, "too long");
  EXPECT_EQ(error_of([] { throw std::bad_alloc(); })->message, "out of memory");
  EXPECT_EQ(error_of([] { throw 1; })->message, "unknown error");
}

TEST(Thread, WhereTheSystemStartsNoThreadThatIsAnError) {
  const NoThreads none;
  bool ran = false;
  const auto thread = Thread::start([&ran] { ran = true; }, [](Error&&) {});
  ASSERT_FALSE(thread);
  EXPECT_EQ(thread.error().code, ErrorCode::failed);
  EXPECT_EQ(thread.error().message.find("cannot start a thread: "), 0U);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace tcm::util
