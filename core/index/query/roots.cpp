// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/roots.hpp"

#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

namespace tcm::index {

namespace {

std::optional<model::Layout> layout_of(const std::string& name) {
  return model::value_of<model::Layout>(model::kLayouts, name);
}

// Reads roots one by one. Throws soci::soci_error.
class RootReader {
 public:
  RootReader(Session& session, const std::string& tail, const std::string* identity = nullptr)
      : session_(session), statement_(session.sql()) {
    statement_.exchange(soci::into(id_));
    for (std::string* text : {&path_, &cache_dir_, &layout_, &plugins_, &host_, &file_system_})
      statement_.exchange(soci::into(*text));
    if (identity != nullptr) bound_identity_ = session.dialect().stored(*identity);
    for (long long* number : {&first_seen_, &indexed_, &sums_valid_, &entries_, &kernels_, &files_, &bytes_,
                              &loose_files_, &loose_bytes_, &inode_, &absent_})
      statement_.exchange(soci::into(*number));
    if (identity != nullptr) statement_.exchange(soci::use(bound_identity_, "identity"));
    statement_.alloc();
    // Once only: a statement that is kept takes the server two more messages.
    statement_.prepare(
        "SELECT id, path, cache_dir, layout, plugins, (SELECT host.name FROM host WHERE host.id = root.host_id), "
        "file_system, first_seen_ns, indexed_ns, sums_valid, entries, kernels, files, "
        "bytes, "
        "loose_files, loose_bytes, inode, absent_ns FROM root " +
            tail,
        soci::details::st_one_time_query);
    statement_.define_and_bind();
    statement_.execute(false);
  }

  /// The next row; null at the end.
  Result<std::optional<RootRow>> next() {
    if (!statement_.fetch()) return std::optional<RootRow>();
    const auto layout = layout_of(layout_);
    if (!layout) return session_.damaged("unknown layout");
    RootRow row;
    row.id = id_;
    const Dialect& dialect = session_.dialect();
    row.location = {dialect.plain(path_), dialect.plain(cache_dir_), *layout};
    row.first_seen_ns = first_seen_;
    row.indexed_ns = indexed_;
    row.absent_ns = absent_;
    row.plugins = dialect.plain(plugins_);
    row.host = dialect.plain(host_);
    row.place = {dialect.plain(file_system_), static_cast<std::uint64_t>(inode_)};
    row.entries = entries_;
    row.kernels = kernels_;
    row.files = files_;
    row.bytes = bytes_;
    row.other_files = {static_cast<std::uint64_t>(loose_files_), static_cast<std::uint64_t>(loose_bytes_)};
    // A run that was killed has left the sums behind its records.
    if (sums_valid_ == 0) compute_sums(session_.sql(), row.id, row);
    return std::optional(std::move(row));
  }

 private:
  Session& session_;
  soci::statement statement_;
  std::string path_, cache_dir_, layout_, plugins_, host_, file_system_, bound_identity_;
  long long id_ = 0, first_seen_ = 0, indexed_ = 0, sums_valid_ = 0, entries_ = 0, kernels_ = 0, files_ = 0, bytes_ = 0,
            loose_files_ = 0, loose_bytes_ = 0, inode_ = 0, absent_ = 0;
};

std::string of_hosts(const Session& session, Hosts hosts) {
  return hosts == Hosts::all ? std::string() : fmt::format("WHERE host_id = {} ", session.host_id());
}

}  // namespace

std::string identity_of_path(const Session& session, const std::string& path) {
  return fmt::format("{} {}", session.host_id(), path);
}

Result<std::optional<RootRow>> find_root(Session& session, const std::string& path) {
  const std::string identity = identity_of_path(session, path);
  RootReader reader(session, "WHERE identity = :identity", &identity);
  return reader.next();
}

void compute_sums(soci::session& sql, std::int64_t root_id, RootRow& row) {
  long long entries = 0;
  long long kernels = 0;
  long long files = 0;
  long long bytes = 0;
  sql << "SELECT COALESCE(SUM(CASE WHEN ordinal = 0 THEN 1 ELSE 0 END), 0), "
         "COALESCE(SUM(CASE WHEN kind = 'kernel' THEN 1 ELSE 0 END), 0), "
         "COALESCE(SUM(file_count), 0), COALESCE(SUM(total_bytes), 0) FROM record WHERE root_id = :id",
      soci::into(entries), soci::into(kernels), soci::into(files), soci::into(bytes), soci::use(root_id);
  row.entries = entries;
  row.kernels = kernels;
  row.files = files;
  row.bytes = bytes;
}

Result<std::vector<RootRow>> read_roots(Session& session, Hosts hosts) {
  return session.guard([&]() -> Result<std::vector<RootRow>> {
    std::vector<RootRow> rows;
    RootReader reader(session, of_hosts(session, hosts) + "ORDER BY path, id");
    for (;;) {
      TCM_ASSIGN(std::optional<RootRow> row, reader.next());
      if (!row) return rows;
      rows.push_back(std::move(*row));
    }
  });
}

Result<std::optional<RootSums>> sum_roots(Session& session) {
  return session.guard([&]() -> Result<std::optional<RootSums>> {
    RootSums sums;
    long long outdated = 0;
    long long shared = 0;
    session.sql() << "SELECT COALESCE(SUM(kernels), 0), COALESCE(SUM(bytes), 0), "
                     "COALESCE(SUM(CASE WHEN sums_valid = 0 OR absent_ns <> 0 THEN 1 ELSE 0 END), 0), "
                     "(SELECT COUNT(*) FROM (SELECT 1 FROM root WHERE file_system <> '' GROUP BY file_system, inode "
                     "HAVING COUNT(*) > 1) AS places) FROM root",
        soci::into(sums.kernels), soci::into(sums.bytes), soci::into(outdated), soci::into(shared);
    return outdated == 0 && shared == 0 ? std::optional(sums) : std::nullopt;
  });
}

Result<std::vector<CacheDirRow>> read_cache_dirs(Session& session, Hosts hosts) {
  return session.guard([&]() -> Result<std::vector<CacheDirRow>> {
    std::vector<CacheDirRow> rows;
    std::string path;
    std::string host;
    std::string layout_name;
    long long files = 0;
    long long bytes = 0;
    soci::statement statement =
        (session.sql().prepare << "SELECT path, (SELECT host.name FROM host WHERE host.id = cache_dir.host_id), "
                                  "layout, beside_files, beside_bytes FROM cache_dir " +
                                      of_hosts(session, hosts) + "ORDER BY path, host_id",
         soci::into(path), soci::into(host), soci::into(layout_name), soci::into(files), soci::into(bytes));
    statement.execute(false);
    while (statement.fetch()) {
      const auto layout = layout_of(layout_name);
      if (!layout) return session.damaged("unknown layout");
      rows.push_back({session.dialect().plain(path),
                      *layout,
                      {static_cast<std::uint64_t>(files), static_cast<std::uint64_t>(bytes)},
                      session.dialect().plain(host)});
    }
    return rows;
  });
}

}  // namespace tcm::index
