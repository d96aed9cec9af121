// SPDX-License-Identifier: Apache-2.0
// The index: a mirror of the disk in a database, that may always be thrown away and rebuilt. All SQL of the project is
// in this room. Functions return Results; no exception of the database library leaves the room.
//
// An Index is one connection: one thread at a time. Several processes may hold the same database; readers never wait,
// a writer waits a bounded time for another and then fails with ErrorCode::busy.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/index/values/criteria.hpp"
#include "core/index/values/groups.hpp"
#include "core/index/values/open_mode.hpp"
#include "core/index/values/records.hpp"
#include "core/index/values/roots.hpp"
#include "core/index/values/schema_version.hpp"
#include "core/index/values/uses.hpp"
#include "core/index/values/version_rank.hpp"
#include "core/index/write/root_writer.hpp"
#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

class Index {
 public:
  /// Opens the index at `location`: the path of a file, or a URL, see parse_location(). `timeout` bounds waits.
  /// Errors: usage (a URL of another kind); missing; denied; busy; too_new (schema of a later release); corrupt (not a
  /// database, or damaged: the message says how to rebuild). No error holds the password of a URL.
  static Result<Index> open(const std::string& location, OpenMode mode, std::chrono::seconds timeout = kDefaultTimeout,
                            const Schema& schema = {});
  ~Index();
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;

  /// The columns of its records.
  RecordColumns columns() const;

  /// Whose roots are this program's own from now on. Nothing is written before one of them is. Without it all roots are
  /// those of the host without a name, which the first host that comes takes over. Every function but list() and its
  /// like, which are told by Criteria::all_hosts, sees and changes this host's roots only.
  Result<void> use_host(const HostName& host);

  /// Once `stop` is true, a wait for a server that went away ends with ErrorCode::interrupted instead of going on for
  /// minutes. Null: nothing ends it early. `stop` must live until it is replaced; another thread may set it.
  void stop_waiting_when(const std::atomic<bool>* stop);

  // -- writing ---------------------------------------------------------------------------------------------------
  /// Finds or makes the row of a root, which is here; its layout, cache directory and place are brought up to date.
  Result<RootRow> ensure_root(const model::RootLocation& location, const model::DirectoryPlace& place = {});
  /// A root is somewhere else now, where the index knows none: its records go with it.
  Result<void> move_root(std::int64_t root_id, const model::RootLocation& location, const model::DirectoryPlace& place);
  /// A root was not found. Its records stay; since when is kept from the first time on until ensure_root().
  Result<void> mark_absent(std::int64_t root_id, std::int64_t since_ns);
  Result<void> put_cache_dir(const CacheDirRow& row);
  /// The directory is gone, or its files count elsewhere. Its roots stay.
  Result<void> forget_cache_dir(const std::string& path);
  /// Removes roots below `cache_dir` that are not among `present`, with all their records: they are gone from the disk.
  /// Returns how many entries went.
  Result<std::int64_t> forget_roots(const std::string& cache_dir, const std::vector<std::string>& present);
  /// Calls `each` for every entry of a root whose util::hash64(key) % shards == shard, in no order.
  Result<void> known_entries(std::int64_t root_id, std::uint64_t shards, std::uint64_t shard,
                             const std::function<void(const KnownEntry&)>& each);
  /// The keys of the entries of these records, those of them that are there; in any order.
  Result<void> keys_of(const std::vector<std::int64_t>& record_ids,
                       const std::function<void(std::int64_t id, const std::string& key)>& each);
  Result<std::unique_ptr<RootWriter>> write_root(std::int64_t root_id);
  /// Makes every entry with a kernel that another backend read than `served` says (or that none could name) be read
  /// again by the next scan. Returns how many.
  Result<std::int64_t> mark_stale(std::int64_t root_id, const std::vector<ServedTarget>& served);
  /// Makes every entry with something to run, of which no digests were recorded as it is now, be read again by the next
  /// scan. Returns how many.
  Result<std::int64_t> mark_undigested(std::int64_t root_id);
  /// Notes with which backends a root was read, in any text that tells one set from another.
  Result<void> set_plugins(std::int64_t root_id, const std::string& plugins);

  /// Adds to what the index knows of entries in these roots: the larger number of hits, the later last hit, the earlier
  /// first-seen time count, so that the same history may come twice. Returns how many of the keys are there.
  Result<std::int64_t> merge_history(const std::vector<std::int64_t>& root_ids,
                                     const std::vector<EntryHistory>& history);

  /// Adds uses to what the index knows of entries, together with how far the logs that tell of them are read now, or
  /// nothing at all when another program has read one of the logs meanwhile. An entry that is not there goes without.
  /// Returns how many are, or nothing in that case.
  Result<std::optional<std::int64_t>> add_uses(const std::vector<RootUses>& uses, const std::vector<LogRead>& logs,
                                               std::int64_t now_ns);
  /// How far these logs were read, in their order; 0 for one that is new.
  Result<std::vector<std::int64_t>> logs_read_to(const std::vector<std::string>& names);

  // -- asking ----------------------------------------------------------------------------------------------------
  Result<std::vector<RootRow>> roots(Hosts hosts = Hosts::own);
  /// The sums of roots(Hosts::all), without the rows. Absent when the rows must be looked at: some are one directory
  /// (RootRow::place), or a run that was killed left the sums of one behind.
  Result<std::optional<RootSums>> root_sums();
  Result<std::vector<CacheDirRow>> cache_dirs(Hosts hosts = Hosts::own);
  /// Calls `each` for the rows that match, in `order` (ties by key), at most `limit`; streams, holds one at a time.
  /// Row::extra gets the values of `extra`, which are resources or metadata.
  Result<void> list(const Criteria& criteria, const Order& order, std::optional<std::int64_t> limit,
                    const std::function<void(const Row&)>& each, const std::vector<Field>& extra = {});
  /// Does any record have this field?
  Result<bool> has_field(const Field& field);
  Result<Sums> sum(const Criteria& criteria);
  /// How many rows match; answered from an index of the table where the criteria allow it.
  /// Stops counting at `at_most`.
  Result<std::int64_t> count(const Criteria& criteria, std::optional<std::int64_t> at_most = {});
  /// Sums by group, largest bytes first.
  Result<std::vector<Group>> group(const Criteria& criteria, const std::vector<GroupKey>& by);
  Result<Detail> detail(std::int64_t record_id);
  /// Calls `each` for those of these entries of a root of which digests were recorded, in any order.
  Result<void> digests_of(std::int64_t root_id, const std::vector<std::string>& keys,
                          const std::function<void(const std::string& key, model::EntryDigests&& digests)>& each);
  /// How many entries of a root have each problem.
  Result<std::vector<ProblemCount>> problems(std::int64_t root_id);

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcm::index
