// SPDX-License-Identifier: Apache-2.0
// Many readers, one writer: entries that have to be read go in, their records go into the index. Threads start with the
// first entry, so that a run in which nothing changed starts none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/thread/byte_budget.hpp"
#include "core/util/thread/queue.hpp"
#include "core/util/thread/thread.hpp"

namespace tcm::service {

/// An entry to be read, and what the index holds of it.
struct ReadTask {
  std::string key;
  std::optional<index::KnownEntry> known;
  bool stamp_unchanged = false;  ///< read again only because it was not settled, or a full rescan was requested
};

struct ReadCounts {
  std::int64_t added = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
  std::int64_t gone = 0;  ///< known entries that vanished while they were read
  std::int64_t vanished = 0;
  std::int64_t digests = 0;                ///< files whose digests were computed
  std::vector<std::string> vanished_keys;  ///< at most kMaxSkippedListed
};

class ReadPipeline {
 public:
  /// All borrowed; must outlive the pipeline. While it runs, `writer` belongs to its writer thread.
  /// `spelled` is what groups may call the root, see spelled().
  ReadPipeline(const cache::Root& root, const std::vector<std::string>& spelled, const Backends& backends,
               const IndexRequest& request, index::RootWriter& writer, IndexProgress& progress);
  ~ReadPipeline();
  ReadPipeline(const ReadPipeline&) = delete;
  ReadPipeline& operator=(const ReadPipeline&) = delete;

  /// Blocks while the queue is full. False when the pipeline has failed: stop submitting and call finish.
  bool submit(ReadTask task);
  /// Waits until all that was submitted is in the writer. Call once, last. Errors: those of the writer; failed (a
  /// thread could not be started, or threw).
  Result<ReadCounts> finish();

 private:
  struct ReadResult {
    ReadTask task;
    model::Entry entry;
  };

  void start();
  util::Thread start_thread(void (ReadPipeline::*body)());
  void fail_with(Error&& error);
  void read_entries();
  void write_entries();
  Result<void> write(ReadResult& result);
  void join();

  const cache::Root& root_;
  const std::vector<std::string>& spelled_;
  const Backends& backends_;
  const IndexRequest& request_;
  index::RootWriter& writer_;
  IndexProgress& progress_;
  util::BoundedQueue<ReadTask> tasks_;
  util::BoundedQueue<ReadResult> results_;
  util::ByteBudget probing_;  ///< what the readers hold of binaries, together
  bool started_ = false;
  std::vector<util::Thread> readers_;
  util::Thread writer_thread_;
  ReadCounts counts_;  ///< of the writer thread until join
  std::mutex error_mutex_;
  std::optional<Error> error_;  ///< the first of any thread
};

}  // namespace tcm::service
