// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/read_pipeline.hpp"

#include "core/service/scan/prober.hpp"

namespace tcm::service {
namespace {

// Deep enough that neither side waits for a single slow entry, shallow enough that memory stays small: a record with
// its metadata is a few kilobytes.
constexpr std::size_t kQueueDepth = 256;

bool has_vanished(const model::Entry& entry) {
  return entry.records.size() == 1 && entry.records.front().problem == model::SkipReason::vanished;
}

}  // namespace

ReadPipeline::ReadPipeline(const cache::Root& root, const Backends& backends, unsigned jobs, index::RootWriter& writer,
                           IndexProgress& progress)
    : root_(root),
      backends_(backends),
      jobs_(jobs),
      writer_(writer),
      progress_(progress),
      tasks_(kQueueDepth),
      results_(kQueueDepth) {}

ReadPipeline::~ReadPipeline() {
  tasks_.abort();
  results_.abort();
  join();
}

void ReadPipeline::start() {
  backends_.naming();  // load plugins on this thread, before any reader asks
  readers_.reserve(jobs_);
  for (unsigned i = 0; i < jobs_; ++i) readers_.emplace_back([this] { read_entries(); });
  writer_thread_ = std::thread([this] { write_entries(); });
}

bool ReadPipeline::submit(ReadTask task) {
  if (readers_.empty()) start();
  return tasks_.push(std::move(task));
}

void ReadPipeline::read_entries() {
  const cache::Naming& naming = backends_.naming();
  Prober prober(root_, backends_);
  while (auto task = tasks_.pop()) {
    model::Entry entry = root_.read_entry(task->key, naming);
    prober.probe(entry);
    std::uint64_t bytes = 0;
    for (const model::Record& record : entry.records) bytes += model::totals_of(record.artifacts).total();
    progress_.read.fetch_add(1, std::memory_order_relaxed);
    progress_.bytes.fetch_add(bytes, std::memory_order_relaxed);
    if (!results_.push({std::move(*task), std::move(entry)})) return;
  }
}

void ReadPipeline::write_entries() {
  while (auto result = results_.pop()) {
    if (auto written = write(*result); !written) {
      error_ = std::move(written).error();
      tasks_.abort();
      results_.abort();
      return;
    }
  }
}

Result<void> ReadPipeline::write(ReadResult& result) {
  if (has_vanished(result.entry)) {
    ++counts_.vanished;
    if (counts_.vanished_keys.size() < kMaxSkippedListed) counts_.vanished_keys.push_back(result.task.key);
    if (!result.task.known) return {};
    ++counts_.gone;
    return writer_.remove(result.task.known->id);
  }
  if (!result.task.known)
    ++counts_.added;
  else if (result.task.stamp_unchanged)
    ++counts_.unchanged;
  else
    ++counts_.changed;
  return writer_.put(result.entry);
}

Result<ReadCounts> ReadPipeline::finish() {
  tasks_.close();
  for (std::thread& reader : readers_) reader.join();
  readers_.clear();
  results_.close();
  if (writer_thread_.joinable()) writer_thread_.join();
  if (error_) return fail(*error_);
  return std::move(counts_);
}

void ReadPipeline::join() {
  for (std::thread& reader : readers_) reader.join();
  readers_.clear();
  if (writer_thread_.joinable()) writer_thread_.join();
}

}  // namespace tcm::service
