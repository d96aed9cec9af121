// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/legacy.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/sql/dialect.hpp"
#include "core/index/sqlite/connection.hpp"
#include "core/index/values/open_mode.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/time.hpp"

namespace tcm::index {
namespace {

namespace fs = std::filesystem;

// Of every release of both tools that wrote a file.
constexpr std::array<std::string_view, 4> kTables{"kernels", "vllm_kernels", "vllm_legacy_kernels", "helion_kernels"};

// Clocks differ a little; what is later than that is no time.
constexpr std::int64_t kDaySeconds = 86'400;

/// A column that may be null. SOCI keeps the value and its being null apart.
struct OptionalField {
  long long value = 0;
  soci::indicator indicator = soci::i_null;

  std::optional<std::int64_t> get() const {
    return indicator == soci::i_ok ? std::optional<std::int64_t>(value) : std::nullopt;
  }
};

std::set<std::string> columns_of(soci::session& sql, const std::string& table) {
  std::set<std::string> columns;
  const soci::rowset<std::string> rows =
      (sql.prepare << "SELECT info.name FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS info "
                      "WHERE made.type = 'table' AND made.name = :name",
       soci::use(table));
  for (const std::string& name : rows) columns.insert(name);
  return columns;
}

/// The first of `names` that is a column.
std::optional<std::string> one_of(const std::set<std::string>& columns, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (columns.contains(name)) return name;
  return std::nullopt;
}

/// Seconds since 1970, whole or not, as nanoseconds; null when they cannot be a time.
std::string time_of(const std::set<std::string>& columns, const std::string& name) {
  if (!columns.contains(name)) return "NULL";
  const std::int64_t latest = util::now_ns() / 1'000'000'000 + kDaySeconds;
  return fmt::format(
      "CASE WHEN typeof({0}) IN ('integer', 'real') AND {0} > 0 AND {0} < {1} THEN CAST({0} * 1000 AS INTEGER) * "
      "1000000 "
      "END",
      name, latest);
}

/// A count, bounded so that sums of them fit.
std::string count_of(const std::set<std::string>& columns, const std::string& name) {
  if (!columns.contains(name)) return "NULL";
  return fmt::format("CASE WHEN typeof({0}) = 'integer' AND {0} >= 0 THEN MIN({0}, 1099511627776) END", name);
}

/// A query for one table's rows in the form that all share; empty when the table is not there, or another program's.
std::string rows_of(const std::set<std::string>& columns, std::string_view table) {
  const auto key = one_of(columns, {"triton_cache_key", "hash"});
  const auto cache_dir = one_of(columns, {"vllm_cache_root", "cache_dir"});
  if (!key || !cache_dir) return {};
  // Where vLLM keeps the caches of its ranks, see cache/cache_directory.
  std::string path = *cache_dir;
  if (columns.contains("vllm_hash")) path += " || '/torch_compile_cache/' || vllm_hash";
  if (columns.contains("rank_x_y")) path += " || '/' || rank_x_y";
  const std::string hits = count_of(columns, "runtime_hits");
  // The time of a kernel that nobody used is when some program was started.
  const std::string last = columns.contains("runtime_hits") ? fmt::format("CASE WHEN runtime_hits > 0 THEN {} END",
                                                                          time_of(columns, "last_access_time"))
                                                            : "NULL";
  return fmt::format(
      "SELECT {0} AS key, {1} AS cache_dir, {2} AS path, {3} AS hits, {4} AS last_hit_ns, {5} AS first_seen_ns, "
      "(typeof({0}) = 'text' AND length({0}) BETWEEN 1 AND 255 AND typeof({2}) = 'text' AND typeof({1}) = 'text' "
      "AND length({1}) > 0) AS usable FROM {6}",
      *key, *cache_dir, path, hits, last, time_of(columns, "created"), table);
}

Error describe(const std::string& file, const soci::soci_error& error) {
  Error described = describe_sqlite_error(file, error);
  if (described.code == ErrorCode::corrupt)
    described.message = file + ": is not an index of an earlier tool, or damaged; nothing was imported";
  return described;
}

}  // namespace

class LegacyIndex::Impl {
 public:
  std::string file;
  std::unique_ptr<soci::session> sql;
  std::string rows;  // a query for the rows of all tables

  template <class Work>
  auto guard(Work&& work) -> decltype(work()) {
    try {
      return work();
    } catch (const soci::soci_error& error) {
      return fail(describe(file, error));
    }
  }
};

LegacyIndex::LegacyIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LegacyIndex::~LegacyIndex() = default;
LegacyIndex::LegacyIndex(LegacyIndex&&) noexcept = default;
LegacyIndex& LegacyIndex::operator=(LegacyIndex&&) noexcept = default;

Result<LegacyIndex> LegacyIndex::open(const std::string& path) {
  std::error_code error;
  auto impl = std::make_unique<Impl>();
  impl->file = fs::absolute(path, error).native();
  const fs::file_status status = fs::status(impl->file, error);
  if (status.type() == fs::file_type::not_found) return fail(ErrorCode::missing, path + ": does not exist");
  if (error) return util::system_error(path, error.value());
  if (!fs::is_regular_file(status)) return fail(ErrorCode::corrupt, path + ": not a file");
  return impl->guard([&]() -> Result<LegacyIndex> {
    impl->sql = connect_sqlite(impl->file, SqliteAccess::foreign, kDefaultTimeout);
    for (const std::string_view table : kTables) {
      const std::string rows = rows_of(columns_of(*impl->sql, std::string(table)), table);
      if (!rows.empty()) impl->rows += (impl->rows.empty() ? "" : " UNION ALL ") + rows;
    }
    if (impl->rows.empty())
      return fail(ErrorCode::corrupt, impl->file + ": holds no table of an earlier tool; nothing was imported");
    return LegacyIndex(std::move(impl));
  });
}

Result<std::vector<LegacyDirectory>> LegacyIndex::directories() {
  return impl_->guard([&]() -> Result<std::vector<LegacyDirectory>> {
    std::vector<LegacyDirectory> found;
    LegacyDirectory one;
    long long kernels = 0;
    soci::statement statement =
        (impl_->sql->prepare << "SELECT path, cache_dir, COUNT(DISTINCT key) FROM (" << impl_->rows
                             << ") WHERE usable GROUP BY path, cache_dir ORDER BY path",
         soci::into(one.path), soci::into(one.cache_dir), soci::into(kernels));
    statement.execute();
    while (statement.fetch()) {
      one.kernels = kernels;
      found.push_back(one);
    }
    return found;
  });
}

Result<std::int64_t> LegacyIndex::unusable() {
  return impl_->guard([&]() -> Result<std::int64_t> {
    long long count = 0;
    *impl_->sql << "SELECT COUNT(*) FROM (" << impl_->rows << ") WHERE usable IS NOT TRUE", soci::into(count);
    return count;
  });
}

Result<void> LegacyIndex::history(const std::vector<std::string>& paths,
                                  const std::function<Result<void>(EntryHistory)>& each) {
  return impl_->guard([&]() -> Result<void> {
    const std::string list = json_text_list({paths.begin(), paths.end()});
    EntryHistory entry;
    OptionalField hits;
    OptionalField last;
    OptionalField first;
    soci::statement statement =
        (impl_->sql->prepare << "SELECT key, SUM(hits), MAX(last_hit_ns), MIN(first_seen_ns) FROM (" << impl_->rows
                             << ") WHERE usable AND path IN (SELECT value FROM json_each(:paths)) GROUP BY key",
         soci::into(entry.key), soci::into(hits.value, hits.indicator), soci::into(last.value, last.indicator),
         soci::into(first.value, first.indicator), soci::use(list, "paths"));
    statement.execute();
    while (statement.fetch()) {
      entry.hits = hits.get();
      entry.last_hit_ns = last.get();
      entry.first_seen_ns = first.get();
      TCM_TRY(each(entry));
    }
    return {};
  });
}

}  // namespace tcm::index
