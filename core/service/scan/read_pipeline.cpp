// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/read_pipeline.hpp"

#include <new>

#include "core/cache/read/file_digest.hpp"
#include "core/service/scan/prober.hpp"
#include "core/service/scan/spellings.hpp"

namespace tcm::service {
namespace {

// Deep enough that neither side waits for a single slow entry, shallow enough that memory stays small: a record with
// its metadata is a few kilobytes.
constexpr std::size_t kQueueDepth = 256;
// Entries that somebody made to be large are megabytes each.
constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20;

/// One entry that takes too much is no reason to read no other.
model::Entry not_enough_memory(const std::string& key) {
  model::Entry entry;
  entry.key = key;
  entry.records.resize(1);
  entry.records.front().kind = model::EntryKind::broken;
  entry.records.front().problem = model::SkipReason::unreadable;
  entry.records.front().problem_detail = "not enough memory to read it";
  return entry;
}

std::size_t memory_of(const model::Entry& entry) {
  std::size_t bytes = sizeof(entry) + entry.key.size();
  for (const model::Record& record : entry.records) {
    bytes += sizeof(record) + record.facts.metadata.size() + record.problem_detail.size();
    for (const model::Artifact& artifact : record.artifacts) bytes += sizeof(artifact) + artifact.name.size();
    for (const model::Resource& resource : record.resources) bytes += sizeof(resource) + resource.key.size();
  }
  return bytes;
}

bool has_vanished(const model::Entry& entry) {
  return entry.records.size() == 1 && entry.records.front().problem == model::SkipReason::vanished;
}

}  // namespace

ReadPipeline::ReadPipeline(const cache::Root& root, const std::vector<std::string>& spelled, const Backends& backends,
                           const IndexRequest& request, index::RootWriter& writer, IndexProgress& progress)
    : root_(root),
      spelled_(spelled),
      backends_(backends),
      request_(request),
      writer_(writer),
      progress_(progress),
      tasks_(kQueueDepth),
      results_(kQueueDepth, kMaxWaitingBytes),
      probing_(kMaxProbedBytes) {}

ReadPipeline::~ReadPipeline() {
  tasks_.abort();
  results_.abort();
  join();
}

void ReadPipeline::start() {
  started_ = true;
  backends_.naming();  // load plugins on this thread, before any reader asks
  writer_thread_ = start_thread(&ReadPipeline::write_entries);
  readers_.reserve(request_.jobs);
  for (unsigned i = 0; i < request_.jobs; ++i) readers_.push_back(start_thread(&ReadPipeline::read_entries));
}

util::Thread ReadPipeline::start_thread(void (ReadPipeline::*body)()) {
  auto thread =
      util::Thread::start([this, body] { (this->*body)(); }, [this](Error&& error) { fail_with(std::move(error)); });
  if (thread) return std::move(*thread);
  fail_with(std::move(thread).error());
  return {};
}

void ReadPipeline::fail_with(Error&& error) {
  {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::move(error);
  }
  tasks_.abort();
  results_.abort();
}

bool ReadPipeline::submit(ReadTask task) {
  if (!started_) start();
  return tasks_.push(std::move(task));
}

void ReadPipeline::read_entries() {
  const cache::Naming& naming = backends_.naming();
  Prober prober(root_, backends_, probing_);
  while (auto task = tasks_.pop()) {
    model::Entry entry;
    try {
      entry = root_.read_entry(task->key, naming);
      note_elsewhere(entry, spelled_);
      prober.probe(entry);
      if (request_.digests) cache::add_digests(root_, entry);
    } catch (const std::bad_alloc&) {
      entry = not_enough_memory(task->key);
    }
    std::uint64_t bytes = 0;
    for (const model::Record& record : entry.records) bytes += model::totals_of(record.artifacts).total();
    progress_.read.fetch_add(1, std::memory_order_relaxed);
    progress_.bytes.fetch_add(bytes, std::memory_order_relaxed);
    const std::size_t memory = memory_of(entry);
    if (!results_.push({std::move(*task), std::move(entry)}, memory)) return;
  }
}

void ReadPipeline::write_entries() {
  while (auto result = results_.pop())
    if (auto written = write(*result); !written) return fail_with(std::move(written).error());
}

Result<void> ReadPipeline::write(ReadResult& result) {
  if (has_vanished(result.entry)) {
    ++counts_.vanished;
    if (counts_.vanished_keys.size() < kMaxSkippedListed) counts_.vanished_keys.push_back(result.task.key);
    if (!result.task.known) return {};
    ++counts_.gone;
    return writer_.remove(result.task.known->id);
  }
  counts_.digests += static_cast<std::int64_t>(result.entry.digests.size());
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
  for (util::Thread& reader : readers_) reader.join();
  results_.close();
  writer_thread_.join();
  if (error_) return fail(*error_);
  return std::move(counts_);
}

void ReadPipeline::join() {
  for (util::Thread& reader : readers_) reader.join();
  writer_thread_.join();
}

}  // namespace tcm::service
