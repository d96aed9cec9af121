// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/read_pipeline.hpp"

#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/service/scan/index_service.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {
namespace {

class ReadPipeline : public ServiceTest {
 protected:
  /// With what a run ends that hands entries to this writer; empty: with success.
  std::string message_of_run(index::RootWriter& writer) {
    const std::vector<std::string> no_spellings;
    const auto root = cache::Root::open(cache().string());
    if (!root) return root.error().message;
    service::IndexProgress progress;
    service::IndexRequest request;
    request.jobs = 2;
    service::ReadPipeline pipeline(*root, no_spellings, backends_, request, writer, progress);
    for (int round = 0; round < 1000; ++round)
      if (!pipeline.submit({make_key(1), std::nullopt, false})) break;
    const auto counts = pipeline.finish();
    return counts ? std::string() : counts.error().message;
  }
};

TEST_F(ReadPipeline, ManyReadersFindWhatOneFinds) {
  add_kernels(cache(), 200);
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  request.jobs = 8;
  EXPECT_EQ(index_all(request).now, 200);
  std::uint64_t bytes = 0;
  for (const index::Row& row : list({})) bytes += row.bytes.total();
  EXPECT_EQ(bytes, bytes_below(cache()));
}

// A writer that fails (here: the database is gone read-only underneath) must end the run, not hang it.
class FailingWriter : public index::RootWriter {
 public:
  Result<void> put(const model::Entry&) override { return fail(ErrorCode::failed, "disk full"); }
  Result<void> remove(std::int64_t) override { return {}; }
  Result<void> put_files(const model::Entry&) override { return {}; }
  Result<void> finish(const model::OtherFiles&) override { return {}; }
};

TEST_F(ReadPipeline, AFailingWriterEndsTheRunWithItsError) {
  add_kernels(cache(), 5);
  FailingWriter writer;
  EXPECT_EQ(message_of_run(writer), "disk full");
}

/// A writer for which there is no memory.
class ThrowingWriter : public FailingWriter {
 public:
  Result<void> put(const model::Entry&) override { throw std::bad_alloc(); }
};

TEST_F(ReadPipeline, AnExceptionInAThreadEndsTheRunAndNotTheProcess) {
  add_kernel(cache(), {.seed = 1});
  ThrowingWriter writer;
  EXPECT_EQ(message_of_run(writer), "out of memory");
}

}  // namespace
}  // namespace tcm::test
