// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/index_follower.hpp"

#include <new>
#include <stdexcept>

#include <gtest/gtest.h>

namespace tcm::test {
namespace {

/// A writer that throws.
class ThrowingWriter : public index::RootWriter {
 public:
  Result<void> put(const model::Entry&) override { throw std::bad_alloc(); }
  Result<void> remove(std::int64_t) override { throw std::bad_alloc(); }
  Result<void> put_files(const model::Entry&) override { throw std::length_error("too long"); }
  Result<void> finish(const model::OtherFiles&) override { return {}; }
};

TEST(IndexFollower, AnExceptionOfTheWriterIsTheErrorOfTheRun) {
  ThrowingWriter writer;
  service::IndexFollower follower;
  for (int batch = 0; batch < 100; ++batch) follower.follow(writer, {{1, std::nullopt}});
  const auto finished = follower.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "out of memory");
}

}  // namespace
}  // namespace tcm::test
