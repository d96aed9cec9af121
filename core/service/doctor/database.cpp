// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/maintenance.hpp"
#include "core/service/doctor/checks.hpp"

namespace tcm::service {
namespace {

// A larger file takes longer to read than anybody wants to wait here.
constexpr std::int64_t kMostChecked = std::int64_t{256} << 20;

void tell(Examination& examination, const std::string& where, const Error& error) {
  using enum DoctorFindingId;
  switch (error.code) {
    case ErrorCode::missing: return examination.found(index_missing, where);
    case ErrorCode::corrupt: return examination.found(index_damaged, where, error.message);
    case ErrorCode::too_new: return examination.found(index_too_new, where, error.message);
    default: return examination.found(index_unreachable, where, error.message);
  }
}

}  // namespace

void check_database(Examination& examination) {
  const DoctorRequest& request = examination.request;
  const config::StorageSettings& storage = request.settings.storage;
  const std::string& file = request.settings.db_file.value;
  DatabaseState& state = examination.report.database.emplace();
  state.where = file.empty() ? storage.redacted : file;
  const auto status = index::database_status(storage.url.value, request.timeout);
  if (!status) return tell(examination, state.where, status.error());
  state.kind = status->kind;
  state.schema = status->version;
  state.bytes = status->bytes;
  state.hosts = status->hosts;
  state.roots = status->roots;
  state.records = status->records;
  if (status->version == 0) return examination.found(DoctorFindingId::index_missing, state.where);
  if (status->version > index::kSchemaVersion)
    return examination.found(DoctorFindingId::index_too_new, state.where,
                             "its schema has version " + std::to_string(status->version));
  const auto checked = index::quick_check(storage.url.value, kMostChecked, request.timeout);
  if (!checked) return tell(examination, state.where, checked.error());
  state.checked = *checked;
  // To open it would migrate it, and nothing is changed here.
  if (status->version < index::kSchemaVersion)
    return examination.found(DoctorFindingId::index_old_schema, state.where,
                             "its schema has version " + std::to_string(status->version));
  auto index = request.open_index();
  if (!index) return tell(examination, state.where, index.error());
  auto roots = index->roots();
  if (!roots) return tell(examination, state.where, roots.error());
  examination.roots = std::move(*roots);
  examination.index = std::move(*index);
}

}  // namespace tcm::service
