// SPDX-License-Identifier: Apache-2.0
// The index: a mirror of the disk in a database, that may always be thrown away and rebuilt. All SQL of the project is
// in this room. Functions return Results; no exception of the database library leaves the room.
//
// An Index is one connection: one thread at a time. Several processes may hold the same database; readers never wait,
// a writer waits a bounded time for another and then fails with ErrorCode::busy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/index/values/criteria.hpp"
#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// The version of the schema that this release reads and writes.
inline constexpr int kSchemaVersion = 4;

enum class OpenMode : std::uint8_t {
  read,    ///< must exist (ErrorCode::missing); an older schema is migrated when the database can be written
  create,  ///< made, with its directory, when it does not exist; a database in PostgreSQL must exist, empty or not
};

/// How long a server may take to answer a connection, and how long a wait for another writer of any index may be.
inline constexpr std::chrono::seconds kDefaultTimeout{5};

/// Whose roots a question is about.
enum class Hosts : std::uint8_t { own, all };

/// A machine. Its identity is its machine-id, so that its name may change; without one, its name.
struct HostName {
  std::string name;
  std::string machine_id;
};

/// A root as the index knows it, with sums over its records as of the last finished run.
struct RootRow {
  std::int64_t id = 0;
  model::RootLocation location;
  std::int64_t first_seen_ns = 0;
  std::int64_t indexed_ns = 0;  ///< end of the last finished run; 0: never finished
  std::int64_t entries = 0;
  std::int64_t kernels = 0;
  std::int64_t files = 0;  ///< of records
  std::int64_t bytes = 0;  ///< of records
  model::Beside beside;    ///< loose files in the root itself
  std::string plugins;     ///< the backends of the last finished run, see set_plugins()
  std::string host;        ///< name; empty when no host was ever named
  model::DirectoryPlace place;
};

/// Sums over the roots of all hosts.
struct RootSums {
  std::int64_t kernels = 0;
  std::int64_t bytes = 0;
};

/// Which backend serves a target: what Record::probed_by would say now.
struct ServedTarget {
  std::string backend;
  std::string probed_by;
};

/// A cache directory, with what lies in it outside all roots.
struct CacheDirRow {
  std::string path;
  model::Layout layout = model::Layout::triton;
  model::Beside beside;
  std::string host{};  ///< name; not read by put_cache_dir()
};

/// What the scan compares a directory with. `key_hash` is util::hash64 of the key.
struct KnownEntry {
  std::int64_t id = 0;  ///< of the record with ordinal 0
  std::uint64_t key_hash = 0;
  model::EntryStamp stamp;
};

/// One record without its artifacts and metadata: what a table shows.
struct Row {
  std::int64_t id = 0;
  std::string key;
  std::int64_t ordinal = 0;  ///< counts the records of one entry
  model::EntryKind kind = model::EntryKind::kernel;
  std::string name;
  std::string backend;
  std::string arch;
  std::string triton_version;
  std::optional<std::int64_t> num_warps, num_stages, num_ctas, warp_size, shared_bytes;
  model::ByteTotals bytes;
  std::int64_t file_count = 0;
  std::int64_t modified_ns = 0;
  model::EntryStamp stamp;  ///< of the entry when it was read
  std::int64_t first_seen_ns = 0;
  std::optional<std::int64_t> hits;         ///< of Triton's cache; absent when nobody counted
  std::optional<std::int64_t> last_hit_ns;  ///< absent when there was none, or nobody counted
  std::string root;
  std::string host;  ///< name; empty when no host was ever named
  model::Layout layout = model::Layout::triton;
  std::optional<std::int64_t> spill_bytes;
  model::SkipReason problem = model::SkipReason::none;
  std::vector<std::string> extra;  ///< the values of the extra fields asked for, as text; empty when absent
};

/// The rest of a record.
struct Detail {
  std::string metadata;  ///< JSON text; empty when the record has none
  std::vector<model::Artifact> artifacts;
  std::vector<model::Resource> resources;
  std::string problem_detail;
};

/// What was counted of an entry elsewhere. Absent: not known.
struct EntryHistory {
  std::string key;
  std::optional<std::int64_t> hits;
  std::optional<std::int64_t> last_hit_ns;
  std::optional<std::int64_t> first_seen_ns;
};

struct Sums {
  std::int64_t records = 0;
  std::int64_t kernels = 0;
  std::int64_t entries = 0;
  std::int64_t files = 0;
  model::ByteTotals bytes;
};

enum class GroupKey : std::uint8_t { backend, arch, version, name, kind, root, host };

struct Group {
  std::vector<std::string> values;  ///< one for each key asked for
  Sums sums;
};

/// Writes of one index run into one root. Nothing is visible to others before its batch is committed; a writer that is
/// destroyed without finish() leaves what was committed, and a consistent index.
class RootWriter {
 public:
  virtual ~RootWriter() = default;
  /// Adds or replaces all records of one entry; first-seen times survive.
  virtual Result<void> put(const model::Entry& entry) = 0;
  /// Removes all records of the entry of this record id.
  virtual Result<void> remove(std::int64_t id) = 0;
  /// Brings files, sizes and the stamp of an entry's records up to date and leaves the rest of them as it is: for an
  /// entry that lost some of its files. A record that is not there is not made.
  virtual Result<void> put_files(const model::Entry& entry) = 0;
  /// Commits the last batch, and stores sums and the time of the run in the root's row.
  virtual Result<void> finish(const model::Beside& beside) = 0;
};

class Index {
 public:
  /// Opens the index at `location`: the path of a file, or a URL, see parse_location(). `timeout` bounds waits.
  /// Errors: usage (a URL of another kind); missing; denied; busy; too_new (schema of a later release); corrupt (not a
  /// database, or damaged: the message says how to rebuild). No error holds the password of a URL.
  static Result<Index> open(const std::string& location, OpenMode mode, std::chrono::seconds timeout = kDefaultTimeout);
  ~Index();
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;

  /// Whose roots are this program's own from now on. Nothing is written before one of them is. Without it all roots are
  /// those of the host without a name, which the first host that comes takes over. Every function but list() and its
  /// like, which are told by Criteria::all_hosts, sees and changes this host's roots only.
  Result<void> use_host(const HostName& host);

  // -- writing ---------------------------------------------------------------------------------------------------
  /// Finds or makes the row of a root; its layout, cache directory and place are brought up to date.
  Result<RootRow> ensure_root(const model::RootLocation& location, const model::DirectoryPlace& place = {});
  Result<void> put_cache_dir(const CacheDirRow& row);
  /// Removes roots below `cache_dir` that are not among `present`, with all their records: they are gone from the disk.
  /// Returns how many entries went.
  Result<std::int64_t> forget_roots(const std::string& cache_dir, const std::vector<std::string>& present);
  /// Calls `each` for every entry of a root whose util::hash64(key) % shards == shard, in no order.
  Result<void> known_entries(std::int64_t root_id, std::uint64_t shards, std::uint64_t shard,
                             const std::function<void(const KnownEntry&)>& each);
  Result<std::unique_ptr<RootWriter>> write_root(std::int64_t root_id);
  /// Makes every entry with a kernel that another backend read than `served` says (or that none could name) be read
  /// again by the next scan. Returns how many.
  Result<std::int64_t> mark_stale(std::int64_t root_id, const std::vector<ServedTarget>& served);
  /// Notes with which backends a root was read, in any text that tells one set from another.
  Result<void> set_plugins(std::int64_t root_id, const std::string& plugins);

  /// Adds to what the index knows of entries in these roots: the larger number of hits, the later last hit, the earlier
  /// first-seen time count, so that the same history may come twice. Returns how many of the keys are there.
  Result<std::int64_t> merge_history(const std::vector<std::int64_t>& root_ids,
                                     const std::vector<EntryHistory>& history);

  // -- asking ----------------------------------------------------------------------------------------------------
  Result<std::vector<RootRow>> roots(Hosts hosts = Hosts::own);
  /// The sums of roots(Hosts::all), without the rows. Absent when the rows must be looked at: some are one directory
  /// (RootRow::place), or a run that was killed left the sums of one behind.
  Result<std::optional<RootSums>> root_sums();
  Result<std::vector<CacheDirRow>> cache_dirs(Hosts hosts = Hosts::own);
  /// Calls `each` for the rows that match, in `order` (ties by key), at most `limit`; streams, holds one at a time.
  /// Row::extra gets the values of `extra`.
  Result<void> list(const Criteria& criteria, Order order, std::optional<std::int64_t> limit,
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
  /// How many entries of a root have each problem.
  Result<std::vector<std::pair<model::SkipReason, std::int64_t>>> problems(std::int64_t root_id);

 private:
  class Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcm::index
