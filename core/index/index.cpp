// SPDX-License-Identifier: Apache-2.0
#include "core/index/index.hpp"

#include "core/index/impl.hpp"
#include "core/index/write/root_writer.hpp"

namespace tcm::index {

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

Result<Index> Index::open(const std::string& location, OpenMode mode, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session session, Session::open(location, mode, timeout));
  return Index(std::make_unique<Impl>(std::move(session)));
}

Result<std::unique_ptr<RootWriter>> Index::write_root(std::int64_t root_id) {
  Session& session = impl_->session;
  return session.guard([&]() -> Result<std::unique_ptr<RootWriter>> {
    long long count = 0;
    session.sql() << "SELECT COUNT(*) FROM root WHERE id = :id", soci::into(count), soci::use(root_id);
    if (count == 0) return fail(ErrorCode::missing, session.where() + ": the index does not know this root");
    return std::make_unique<BatchingRootWriter>(session, root_id);
  });
}

}  // namespace tcm::index
