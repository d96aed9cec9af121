// SPDX-License-Identifier: Apache-2.0
#include "cli/run/open_index.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "core/index/location.hpp"
#include "core/service/scan/host.hpp"
#include "core/service/scan/index_service.hpp"

namespace tcm::cli {
namespace {

const std::string& location_of(const Context& context) { return context.settings().storage.url.value; }

/// How messages name the index.
std::string name_of(const Context& context) {
  const std::string& file = context.settings().db_file.value;
  return file.empty() ? std::string("the index") : file;
}

tl::unexpected<Error> no_index_yet(const Context& context) {
  return fail(ErrorCode::missing, name_of(context) + ": there is no index yet; run `tcm index` first");
}

Result<index::Index> copy_in_memory(const Context& context) {
  TCM_ASSIGN(index::Index index, index::Index::open("memory:" + location_of(context), index::OpenMode::create));
  const auto& host = context.settings().host;
  const bool chosen = host.origin.source != config::Source::default_value;
  TCM_TRY(index.use_host(service::this_host(chosen ? host.value : std::string())));
  return index;
}

Result<bool> is_empty(index::Index& index) {
  TCM_ASSIGN(const auto roots, index.roots(index::Hosts::all));
  if (!roots.empty()) return false;
  TCM_ASSIGN(const auto dirs, index.cache_dirs(index::Hosts::all));
  return dirs.empty();
}

Result<void> scan(const Context& context, const std::vector<std::string>& cache_dirs, index::Index& index) {
  service::IndexRequest request;
  request.cache_dirs = cache_dirs;
  request.jobs = context.settings().jobs.value;
  request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
  service::IndexProgress progress;
  TCM_ASSIGN(const service::IndexReport report, service::index_caches(request, index, context.backends(), progress));
  for (const Error& failure : report.failures) context.messages().error(failure);
  if (!report.failures.empty()) return fail(report.failures.front().code, "not all of it could be read");
  return {};
}

void say_in_memory(const Context& context, const Error& why) {
  context.messages().note(fmt::format("{}: {}; the index of this run is held in memory.", name_of(context),
                                      why.code == ErrorCode::no_space ? "the disk is full" : "cannot be written"));
}

}  // namespace

bool has_index(const Context& context) {
  const std::string& file = context.settings().db_file.value;
  std::error_code error;
  if (!file.empty()) return std::filesystem::exists(file, error) || error;
  const auto index = context.open_index(index::OpenMode::read);
  return index || index.error().code != ErrorCode::missing;
}

Result<index::Index> open_to_read(const Context& context) {
  auto index = context.open_index(index::OpenMode::read);
  const bool full = index ? !index::has_room(location_of(context)) : index.error().code == ErrorCode::no_space;
  if (index && full) context.messages().note(name_of(context) + ": the disk is full; this is what was indexed before.");
  if (!index && !full) return index;
  if (!index) {
    say_in_memory(context, index.error());
    index = copy_in_memory(context);
    if (!index) return index;
    TCM_ASSIGN(const bool unread, is_empty(*index));
    if (unread) TCM_TRY(scan(context, context.settings().cache_dirs.value, *index));
  }
  TCM_ASSIGN(const bool empty, is_empty(*index));
  if (empty) return no_index_yet(context);
  return index;
}

bool needs_memory(const Error& error, bool dry_run) {
  return error.code == ErrorCode::no_space || (dry_run && error.code == ErrorCode::denied);
}

Result<ChangeableIndex> open_in_memory(const Context& context) {
  TCM_ASSIGN(index::Index index, copy_in_memory(context));
  return ChangeableIndex{std::move(index), true};
}

Result<ChangeableIndex> open_in_memory(const Context& context, const Error& why) {
  say_in_memory(context, why);
  return open_in_memory(context);
}

Result<ChangeableIndex> open_to_change(const Context& context, bool dry_run) {
  if (!has_index(context)) return open_in_memory(context);
  auto index = context.open_index(index::OpenMode::create);
  if (index) return ChangeableIndex{std::move(*index), false};
  if (!needs_memory(index.error(), dry_run)) return fail(std::move(index).error());
  return open_in_memory(context, index.error());
}

bool catch_up(const Context& context, const std::vector<std::string>& cache_dirs) {
  auto index = context.open_index(index::OpenMode::create);
  const Result<void> done = index ? scan(context, cache_dirs, *index) : fail(index.error());
  if (done) return true;
  context.messages().note(
      fmt::format("{}: still holds what is gone; `tcm index` updates it when there is space", name_of(context)));
  return false;
}

}  // namespace tcm::cli
