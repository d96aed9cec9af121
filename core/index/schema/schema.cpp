// SPDX-License-Identifier: Apache-2.0
#include "core/index/schema/schema.hpp"

#include <array>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/sql/transaction.hpp"
#include "core/index/values/schema_version.hpp"

namespace tcm::index {
namespace {

// Sizes, times, counts and hashes are BIGINT: SOCI reads what is declared INTEGER as 32 bits. Kinds, problems and
// layouts are stored as their words: they are what outputs print, any SQL tool can read them, and comparing them costs
// nothing measurable compared with reading the row.
//
// `record` is one line of the index and stays narrow, because statistics and unindexed filters read all of it.
// `detail` holds what only `show` reads. Its artifacts are one packed text (see artifact_text.hpp) and no table: they
// are always written and read whole and never searched, and a row a file would be most of the time of an index run.
constexpr std::array<std::string_view, 15> kVersion1{
    "CREATE TABLE tcm_meta (name $text PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO tcm_meta (name, value) VALUES ('next_id', 1)",
    "INSERT INTO tcm_meta (name, value) VALUES ('schema_version', 0)",
    R"(CREATE TABLE root (
      id $id PRIMARY KEY,
      path $text NOT NULL UNIQUE,
      cache_dir $text NOT NULL,
      layout $text NOT NULL,
      first_seen_ns BIGINT NOT NULL,
      indexed_ns BIGINT NOT NULL DEFAULT 0,
      sums_valid BIGINT NOT NULL DEFAULT 1,
      entries BIGINT NOT NULL DEFAULT 0,
      kernels BIGINT NOT NULL DEFAULT 0,
      files BIGINT NOT NULL DEFAULT 0,
      bytes BIGINT NOT NULL DEFAULT 0,
      loose_files BIGINT NOT NULL DEFAULT 0,
      loose_bytes BIGINT NOT NULL DEFAULT 0,
      plugins $text NOT NULL DEFAULT ''))",
    R"(CREATE TABLE cache_dir (
      path $text PRIMARY KEY,
      layout $text NOT NULL,
      beside_files BIGINT NOT NULL,
      beside_bytes BIGINT NOT NULL))",
    R"(CREATE TABLE record (
      id $id PRIMARY KEY,
      root_id BIGINT NOT NULL REFERENCES root(id) ON DELETE CASCADE,
      key $text NOT NULL,
      ordinal BIGINT NOT NULL,
      kind $text NOT NULL,
      name $text NOT NULL,
      backend $text NOT NULL,
      arch $text NOT NULL,
      triton_version $text NOT NULL,
      version_rank BIGINT,
      num_warps BIGINT,
      num_stages BIGINT,
      num_ctas BIGINT,
      warp_size BIGINT,
      shared_bytes BIGINT,
      spill_bytes BIGINT,
      ir_bytes BIGINT NOT NULL,
      assembly_bytes BIGINT NOT NULL,
      binary_bytes BIGINT NOT NULL,
      source_bytes BIGINT NOT NULL,
      module_bytes BIGINT NOT NULL,
      metadata_bytes BIGINT NOT NULL,
      other_bytes BIGINT NOT NULL,
      total_bytes BIGINT NOT NULL,
      file_count BIGINT NOT NULL,
      inode BIGINT NOT NULL,
      mtime_ns BIGINT NOT NULL,
      key_hash BIGINT NOT NULL,
      settled BIGINT NOT NULL,
      first_seen_ns BIGINT NOT NULL,
      probed_by $text NOT NULL,
      problem $text NOT NULL))",
    R"(CREATE TABLE detail (
      record_id $id PRIMARY KEY REFERENCES record(id) ON DELETE CASCADE,
      metadata $text NOT NULL,
      artifacts $text NOT NULL,
      problem_detail $text NOT NULL))",
    // What backends read out of binaries, as JSON objects from key to figure and to unit: the keys are open-ended.
    // Apart from `detail`, because conditions on figures read all of it.
    R"(CREATE TABLE resource (
      record_id $id PRIMARY KEY REFERENCES record(id) ON DELETE CASCADE,
      figures $text NOT NULL,
      units $text NOT NULL))",
    // A record's identity, and with the key in front also the search for a beginning of a key.
    "CREATE UNIQUE INDEX record_identity ON record (key, root_id, ordinal)",
    // All that the comparison with the disk reads; begins with the inode because new rows then mostly come last.
    "CREATE INDEX record_stamp ON record (root_id, inode, mtime_ns, key_hash, settled, ordinal)",
    // The two lists that are requested most, in the order in which they are printed: only the rows printed are read.
    // The kind is in them because nearly every question names one, and is then answered without reading other rows.
    "CREATE INDEX record_modified ON record (mtime_ns DESC, key, kind)",
    "CREATE INDEX record_name ON record (name, mtime_ns DESC, key, kind)",
    "CREATE INDEX record_size ON record (total_bytes)",
    "CREATE INDEX record_spill ON record (spill_bytes DESC, key) WHERE spill_bytes > 0",
    "CREATE INDEX record_problem ON record (root_id, problem) WHERE problem <> ''",
};

// A prune sets an entry's modification time back, so only the change time tells that something happened to it. Entries
// that an older release indexed have none, and are read again once.
constexpr std::array<std::string_view, 3> kVersion2{
    "ALTER TABLE record ADD COLUMN ctime_ns BIGINT NOT NULL DEFAULT 0",
    "DROP INDEX record_stamp",
    "CREATE INDEX record_stamp ON record (root_id, inode, mtime_ns, ctime_ns, key_hash, settled, ordinal)",
};

// Roots belong to hosts, so that several can share an index. What is unique of a root and a cache directory is no
// longer its path: that column becomes their identity, host and path in one, because one statement can give it another
// name in every database, and none can take away that it is unique. The host without a name has the roots of earlier
// releases, until the first host that comes takes them for its own.
constexpr std::array<std::string_view, 13> kVersion3{
    R"(CREATE TABLE host (
      id $id PRIMARY KEY,
      identity $text NOT NULL UNIQUE,
      name $text NOT NULL,
      machine_id $text NOT NULL))",
    "INSERT INTO host (id, identity, name, machine_id) VALUES (0, '', '', '')",
    "ALTER TABLE root RENAME COLUMN path TO identity",
    "ALTER TABLE root ADD COLUMN path $text NOT NULL DEFAULT ''",
    "ALTER TABLE root ADD COLUMN host_id BIGINT NOT NULL DEFAULT 0",
    // What tells one directory from another whatever it is called: see model::DirectoryPlace.
    "ALTER TABLE root ADD COLUMN file_system $text NOT NULL DEFAULT ''",
    "ALTER TABLE root ADD COLUMN inode BIGINT NOT NULL DEFAULT 0",
    "UPDATE root SET path = identity, identity = '0 ' || identity",
    "CREATE INDEX root_host ON root (host_id, id)",
    "ALTER TABLE cache_dir RENAME COLUMN path TO identity",
    "ALTER TABLE cache_dir ADD COLUMN path $text NOT NULL DEFAULT ''",
    "ALTER TABLE cache_dir ADD COLUMN host_id BIGINT NOT NULL DEFAULT 0",
    "UPDATE cache_dir SET path = identity, identity = '0 ' || identity",
};

// What only counting can know, and no disk tells again. Null: nobody counted, which is not the same as no hit.
constexpr std::array<std::string_view, 2> kVersion4{
    "ALTER TABLE record ADD COLUMN hits BIGINT",
    "ALTER TABLE record ADD COLUMN last_hit_ns BIGINT",
};

// A root that is away keeps its records. What leaves a root that is here leaves behind what no disk tells again, by
// name: see write/past.hpp.
// Which groups name another directory is known once they have been read again.
constexpr std::array<std::string_view, 5> kVersion5{
    "ALTER TABLE record ADD COLUMN elsewhere BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX record_elsewhere ON record (root_id) WHERE elsewhere = 1",
    "UPDATE record SET settled = 0 WHERE kind = 'kernel'",
    "ALTER TABLE root ADD COLUMN absent_ns BIGINT NOT NULL DEFAULT 0",
    R"(CREATE TABLE past (
      root_id BIGINT NOT NULL REFERENCES root(id) ON DELETE CASCADE,
      key $text NOT NULL,
      name $text NOT NULL,
      hits BIGINT,
      last_hit_ns BIGINT,
      first_seen_ns BIGINT NOT NULL,
      left_ns BIGINT NOT NULL,
      PRIMARY KEY (root_id, key, name)))",
};

// How far each log of look-ups was read, so that no line of it counts twice. A log's name is its own on every machine.
constexpr std::array<std::string_view, 3> kVersion6{
    "ALTER TABLE record ADD COLUMN misses BIGINT",
    "ALTER TABLE past ADD COLUMN misses BIGINT",
    R"(CREATE TABLE hit_log (
      name $text PRIMARY KEY,
      read_to BIGINT NOT NULL,
      seen_ns BIGINT NOT NULL))",
};

// SHA-256 of what a process runs of an entry. A row an entry, apart from its records: those are written anew whenever
// an entry is read, and digests only when they are asked for. Files are one packed text (see digest_text.hpp).
constexpr std::array<std::string_view, 1> kVersion7{
    R"(CREATE TABLE digest (
      root_id BIGINT NOT NULL REFERENCES root(id) ON DELETE CASCADE,
      key $text NOT NULL,
      entry_ctime_ns BIGINT NOT NULL,
      files $text NOT NULL,
      PRIMARY KEY (root_id, key)))",
};

// What tells tcm's own reading of an entry from a use of it: see model::OwnReading.
constexpr std::array<std::string_view, 2> kVersion8{
    "ALTER TABLE record ADD COLUMN used_ns BIGINT",
    "ALTER TABLE record ADD COLUMN left_ns BIGINT",
};

constexpr std::array<Migration, kSchemaVersion> kMigrations{{{1, kVersion1},
                                                             {2, kVersion2},
                                                             {3, kVersion3},
                                                             {4, kVersion4},
                                                             {5, kVersion5},
                                                             {6, kVersion6},
                                                             {7, kVersion7},
                                                             {8, kVersion8}}};

long long count_tables(Session& session, const std::string& name) {
  long long count = 0;
  session.sql() << std::string(session.dialect().count_tables()), soci::into(count), soci::use(name, "name");
  return count;
}

void apply(Session& session, const Migration& step) {
  for (const std::string_view statement : step.statements) session.sql() << with_types(session.dialect(), statement);
  session.sql() << "UPDATE tcm_meta SET value = :version WHERE name = 'schema_version'", soci::use(step.to);
}

bool has_functions(Session& session) {
  const std::int64_t digest = session.dialect().functions_digest();
  if (digest == 0) return true;
  long long stored = 0;
  session.sql() << "SELECT value FROM tcm_meta WHERE name = 'functions'", soci::into(stored);
  return session.sql().got_data() && stored == digest;
}

void make_functions(Session& session) {
  const std::int64_t digest = session.dialect().functions_digest();
  if (digest == 0) return;
  session.dialect().make_functions(session.sql());
  session.sql() << "INSERT INTO tcm_meta (name, value) VALUES ('functions', :digest) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      soci::use(digest);
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<int> schema_version(Session& session) {
  if (count_tables(session, "tcm_meta") == 0) {
    if (count_tables(session, "") == 0) return 0;
    // Another process may have made the tables, all of them at one moment, between the two questions.
    if (count_tables(session, "tcm_meta") > 0) return schema_version(session);
    if (count_tables(session, "kernels") > 0 || count_tables(session, "vllm_kernels") > 0)
      return fail(ErrorCode::corrupt, session.where() +
                                          ": is the index of an earlier tool; name another file, and let "
                                          "`tcm db import-legacy` read this one");
    return fail(ErrorCode::corrupt,
                session.where() + ": is a database of another program; choose another, or move it away");
  }
  long long version = -1;
  session.sql() << "SELECT value FROM tcm_meta WHERE name = 'schema_version'", soci::into(version);
  if (version < 1 || version > std::numeric_limits<int>::max()) return session.damaged("no schema version");
  return static_cast<int>(version);
}

Result<void> bring_up_to_date(Session& session, std::span<const Migration> steps) {
  const int newest = steps.back().to;
  TCM_ASSIGN(int version, schema_version(session));
  if (version == 0) session.dialect().prepare_fresh(session.sql());
  for (const Migration& step : steps) {
    if (version >= step.to) continue;
    WriteTransaction transaction(session);
    session.dialect().lock_schema(session.sql());
    // Another process may have done it while this one waited.
    TCM_ASSIGN(version, schema_version(session));
    if (version >= step.to) continue;
    apply(session, step);
    make_functions(session);
    transaction.commit();
    version = step.to;
  }
  if (version > newest)
    return fail(
        ErrorCode::too_new,
        fmt::format("{}: the index has schema version {}, this release knows up to {}; use the newer tcm, or {}",
                    session.where(), version, newest, session.dialect().rebuild_advice()));
  bring_functions_up_to_date(session);
  return {};
}

void bring_functions_up_to_date(Session& session) {
  if (has_functions(session)) return;
  try {
    WriteTransaction transaction(session);
    session.dialect().lock_schema(session.sql());
    // Another process may have done it while this one waited.
    if (!has_functions(session)) make_functions(session);
    transaction.commit();
  } catch (const soci::soci_error& error) {
    // Who may only read goes on with the functions that are there.
    if (session.dialect().describe(session.where(), error).code != ErrorCode::denied) throw;
  }
}

}  // namespace tcm::index
