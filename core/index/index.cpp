// SPDX-License-Identifier: Apache-2.0
#include "core/index/index.hpp"

#include "core/index/open.hpp"
#include "core/index/query/count.hpp"
#include "core/index/query/detail.hpp"
#include "core/index/query/digests.hpp"
#include "core/index/query/group.hpp"
#include "core/index/query/known_entries.hpp"
#include "core/index/query/list.hpp"
#include "core/index/query/roots.hpp"
#include "core/index/write/batch_root_writer.hpp"
#include "core/index/write/digests.hpp"
#include "core/index/write/history.hpp"
#include "core/index/write/own_host.hpp"
#include "core/index/write/plugins.hpp"
#include "core/index/write/roots.hpp"
#include "core/index/write/uses.hpp"

namespace tcm::index {

struct Index::Impl {
  Impl(Session opened, RecordColumns table) : session(std::move(opened)), columns(table) {}

  Session session;
  RecordColumns columns;
  OwnHost host;
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

Result<Index> Index::open(const std::string& location, OpenMode mode, std::chrono::seconds timeout,
                          const Schema& schema) {
  TCM_ASSIGN(Session session,
             open_session(location, mode, timeout, schema.migrations.empty() ? migrations() : schema.migrations));
  return Index(std::make_unique<Impl>(std::move(session), schema.columns));
}

RecordColumns Index::columns() const { return impl_->columns; }

Result<void> Index::use_host(const HostName& host) { return impl_->host.use(impl_->session, host); }

void Index::stop_waiting_when(const std::atomic<bool>* stop) { impl_->session.stop_waiting_when(stop); }

Result<RootRow> Index::ensure_root(const model::RootLocation& location, const model::DirectoryPlace& place) {
  return index::ensure_root(impl_->session, impl_->host, location, place);
}

Result<void> Index::move_root(std::int64_t root_id, const model::RootLocation& location,
                              const model::DirectoryPlace& place) {
  return index::move_root(impl_->session, root_id, location, place);
}

Result<void> Index::mark_absent(std::int64_t root_id, std::int64_t since_ns) {
  return index::mark_absent(impl_->session, root_id, since_ns);
}

Result<void> Index::forget_cache_dir(const std::string& path) { return index::forget_cache_dir(impl_->session, path); }

Result<void> Index::put_cache_dir(const CacheDirRow& row) {
  return index::put_cache_dir(impl_->session, impl_->host, row);
}

Result<std::int64_t> Index::forget_roots(const std::string& cache_dir, const std::vector<std::string>& present) {
  return index::forget_roots(impl_->session, cache_dir, present);
}

Result<void> Index::known_entries(std::int64_t root_id, std::uint64_t shards, std::uint64_t shard,
                                  const std::function<void(const KnownEntry&)>& each) {
  return read_known_entries(impl_->session, root_id, shards, shard, each);
}

Result<void> Index::keys_of(const std::vector<std::int64_t>& record_ids,
                            const std::function<void(std::int64_t id, const std::string& key)>& each) {
  return read_keys(impl_->session, record_ids, each);
}

Result<std::unique_ptr<RootWriter>> Index::write_root(std::int64_t root_id) {
  return index::write_root(impl_->session, impl_->columns, root_id);
}

Result<std::int64_t> Index::mark_stale(std::int64_t root_id, const std::vector<ServedTarget>& served) {
  return index::mark_stale(impl_->session, root_id, served);
}

Result<std::int64_t> Index::mark_undigested(std::int64_t root_id) {
  return index::mark_undigested(impl_->session, root_id);
}

Result<void> Index::digests_of(std::int64_t root_id, const std::vector<std::string>& keys, const TakeDigests& each) {
  return impl_->session.guard([&]() -> Result<void> {
    read_digests(impl_->session, root_id, {keys.begin(), keys.end()}, each);
    return {};
  });
}

Result<void> Index::set_plugins(std::int64_t root_id, const std::string& plugins) {
  return index::set_plugins(impl_->session, root_id, plugins);
}

Result<std::int64_t> Index::merge_history(const std::vector<std::int64_t>& root_ids,
                                          const std::vector<EntryHistory>& history) {
  return index::merge_history(impl_->session, root_ids, history);
}

Result<std::optional<std::int64_t>> Index::add_uses(const std::vector<RootUses>& uses, const std::vector<LogRead>& logs,
                                                    std::int64_t now_ns) {
  return index::add_uses(impl_->session, uses, logs, now_ns);
}

Result<std::vector<std::int64_t>> Index::logs_read_to(const std::vector<std::string>& names) {
  return index::logs_read_to(impl_->session, names);
}

Result<std::vector<RootRow>> Index::roots(Hosts hosts) { return read_roots(impl_->session, hosts); }

Result<std::optional<RootSums>> Index::root_sums() { return sum_roots(impl_->session); }

Result<std::vector<CacheDirRow>> Index::cache_dirs(Hosts hosts) { return read_cache_dirs(impl_->session, hosts); }

Result<void> Index::list(const Criteria& criteria, const Order& order, std::optional<std::int64_t> limit,
                         const std::function<void(const Row&)>& each, const std::vector<Field>& extra) {
  return list_records(impl_->session, impl_->columns, criteria, order, limit, each, extra);
}

Result<bool> Index::has_field(const Field& field) { return index::has_field(impl_->session, field); }

Result<Sums> Index::sum(const Criteria& criteria) { return sum_records(impl_->session, criteria); }

Result<std::int64_t> Index::count(const Criteria& criteria, std::optional<std::int64_t> at_most) {
  return count_records(impl_->session, criteria, at_most);
}

Result<std::vector<Group>> Index::group(const Criteria& criteria, const std::vector<GroupKey>& by) {
  return group_records(impl_->session, criteria, by);
}

Result<Detail> Index::detail(std::int64_t record_id) { return read_detail(impl_->session, record_id); }

Result<std::vector<ProblemCount>> Index::problems(std::int64_t root_id) {
  return count_problems(impl_->session, root_id);
}

}  // namespace tcm::index
