// SPDX-License-Identifier: Apache-2.0
// The rows of roots and cache directories.
#include <optional>

#include "core/index/impl.hpp"
#include "core/index/root_writer.hpp"

namespace tcm::index {
namespace {

// Text as bound to a column of one of model's vocabularies.
std::string word(model::Layout layout) { return std::string(model::to_string(layout)); }

std::optional<model::Layout> layout_of(const std::string& name) {
  return model::value_of<model::Layout>(model::kLayouts, name);
}

// Reads roots one by one. Throws soci::soci_error.
class RootReader {
 public:
  RootReader(Session& session, const std::string& tail, const std::string* path = nullptr)
      : session_(session), statement_(session.sql()) {
    statement_.exchange(soci::into(id_));
    for (std::string* text : {&path_, &cache_dir_, &layout_, &plugins_}) statement_.exchange(soci::into(*text));
    if (path != nullptr) bound_path_ = session.dialect().stored(*path);
    for (long long* number :
         {&first_seen_, &indexed_, &sums_valid_, &entries_, &kernels_, &files_, &bytes_, &loose_files_, &loose_bytes_})
      statement_.exchange(soci::into(*number));
    if (path != nullptr) statement_.exchange(soci::use(bound_path_, "path"));
    statement_.alloc();
    statement_.prepare(
        "SELECT id, path, cache_dir, layout, plugins, first_seen_ns, indexed_ns, sums_valid, entries, kernels, files, "
        "bytes, "
        "loose_files, loose_bytes FROM root " +
        tail);
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
    row.plugins = dialect.plain(plugins_);
    row.entries = entries_;
    row.kernels = kernels_;
    row.files = files_;
    row.bytes = bytes_;
    row.beside = {static_cast<std::uint64_t>(loose_files_), static_cast<std::uint64_t>(loose_bytes_)};
    // A run that was killed has left the sums behind its records.
    if (sums_valid_ == 0) compute_sums(session_.sql(), row.id, row);
    return std::optional(std::move(row));
  }

 private:
  Session& session_;
  soci::statement statement_;
  std::string path_, cache_dir_, layout_, plugins_, bound_path_;
  long long id_ = 0, first_seen_ = 0, indexed_ = 0, sums_valid_ = 0, entries_ = 0, kernels_ = 0, files_ = 0, bytes_ = 0,
            loose_files_ = 0, loose_bytes_ = 0;
};

Result<std::optional<RootRow>> find_root(Session& session, const std::string& path) {
  RootReader reader(session, "WHERE path = :path", &path);
  return reader.next();
}

void insert_or_update_root(Session& session, const model::RootLocation& location) {
  const std::string layout = word(location.layout);
  const std::string path = session.dialect().stored(location.path);
  const std::string cache_dir = session.dialect().stored(location.cache_dir);
  const std::int64_t now = now_ns();
  WriteTransaction transaction(session, 1);
  const long long id = transaction.first_id();
  session.sql()
      << "INSERT INTO root (id, path, cache_dir, layout, first_seen_ns) VALUES (:id, :path, :cache_dir, :layout, :now) "
         "ON CONFLICT (path) DO UPDATE SET cache_dir = excluded.cache_dir, layout = excluded.layout",
      soci::use(id), soci::use(path), soci::use(cache_dir), soci::use(layout), soci::use(now);
  transaction.commit();
}

bool same_place(const model::RootLocation& a, const model::RootLocation& b) {
  return a.path == b.path && a.cache_dir == b.cache_dir && a.layout == b.layout;
}

}  // namespace

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

Result<RootRow> Index::ensure_root(const model::RootLocation& location) {
  Session& session = impl_->session;
  return session.guard([&]() -> Result<RootRow> {
    // Most often it is there already, and then nothing is written.
    TCM_ASSIGN(std::optional<RootRow> known, find_root(session, location.path));
    if (known && same_place(known->location, location)) return std::move(*known);
    insert_or_update_root(session, location);
    TCM_ASSIGN(known, find_root(session, location.path));
    if (!known) return fail(ErrorCode::failed, session.where() + ": the root left the index meanwhile");
    return std::move(*known);
  });
}

Result<void> Index::put_cache_dir(const CacheDirRow& row) {
  Session& session = impl_->session;
  return session.guard([&]() -> Result<void> {
    const std::string layout = word(row.layout);
    const std::string path = session.dialect().stored(row.path);
    const auto files = static_cast<long long>(row.beside.files);
    const auto bytes = static_cast<long long>(row.beside.bytes);
    WriteTransaction transaction(session);
    session.sql() << "INSERT INTO cache_dir (path, layout, beside_files, beside_bytes) VALUES (:path, :layout, :files, "
                     ":bytes) ON CONFLICT (path) DO UPDATE SET layout = excluded.layout, "
                     "beside_files = excluded.beside_files, beside_bytes = excluded.beside_bytes",
        soci::use(path), soci::use(layout), soci::use(files), soci::use(bytes);
    transaction.commit();
    return {};
  });
}

Result<std::vector<RootRow>> Index::roots() {
  Session& session = impl_->session;
  return session.guard([&]() -> Result<std::vector<RootRow>> {
    std::vector<RootRow> rows;
    RootReader reader(session, "ORDER BY path");
    for (;;) {
      TCM_ASSIGN(std::optional<RootRow> row, reader.next());
      if (!row) return rows;
      rows.push_back(std::move(*row));
    }
  });
}

Result<std::vector<CacheDirRow>> Index::cache_dirs() {
  Session& session = impl_->session;
  return session.guard([&]() -> Result<std::vector<CacheDirRow>> {
    std::vector<CacheDirRow> rows;
    std::string path;
    std::string layout_name;
    long long files = 0;
    long long bytes = 0;
    soci::statement statement =
        (session.sql().prepare << "SELECT path, layout, beside_files, beside_bytes FROM cache_dir ORDER BY path",
         soci::into(path), soci::into(layout_name), soci::into(files), soci::into(bytes));
    statement.execute(false);
    while (statement.fetch()) {
      const auto layout = layout_of(layout_name);
      if (!layout) return session.damaged("unknown layout");
      rows.push_back({session.dialect().plain(path),
                      *layout,
                      {static_cast<std::uint64_t>(files), static_cast<std::uint64_t>(bytes)}});
    }
    return rows;
  });
}

}  // namespace tcm::index
