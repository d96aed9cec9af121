// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/indexed.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "core/config/files.hpp"
#include "core/config/settings.hpp"
#include "core/index/index.hpp"
#include "core/index/upkeep/maintenance.hpp"
#include "core/model/words.hpp"
#include "core/service/scan/host.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

constexpr std::int64_t kMostCandidates = 300;

/// Whether a shell takes it as it is: bash puts what it gets into the line unquoted, and the names are a stranger's.
bool is_plain(std::string_view value) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || util::is_digit(c) ||
           std::string_view("_-.,:@%+/").find(c) != std::string_view::npos;
  };
  return !value.empty() && value.front() != '-' && value.front() != ':' &&
         std::all_of(value.begin(), value.end(), plain);
}

class Found {
 public:
  explicit Found(const std::string& typed) : typed_(typed) {}
  void add(std::string value, std::string meaning) {
    if (candidates_.size() >= kMostCandidates || !value.starts_with(typed_) || !is_plain(value)) return;
    candidates_.push_back({std::move(value), util::escape_control(meaning)});
  }
  std::vector<Candidate> take() { return std::move(candidates_); }

 private:
  const std::string& typed_;
  std::vector<Candidate> candidates_;
};

/// The settings as a command would have them.
Result<config::Settings> settings_of(const std::optional<std::string>& database) {
  config::Flags flags;
  flags.db = database;
  return config::resolve(flags, config::process_environment(), config::standard_files());
}

/// Opened for reading, an index of an earlier release would be migrated, and one that is missing is an error at once.
/// A wait for a server is short, as somebody sits before it.
Result<index::Index> open_unchanged(const config::Settings& settings) {
  constexpr std::chrono::seconds kPatience{1};
  const std::string& place = settings.storage.url.value;
  TCM_ASSIGN(const auto status, index::database_status(place, kPatience));
  if (status.version != index::kSchemaVersion) return fail(ErrorCode::missing, "an index of another release");
  TCM_ASSIGN(index::Index index, index::Index::open(place, index::OpenMode::read, kPatience));
  const bool chosen = settings.host.origin.source != config::Source::default_value;
  TCM_TRY(index.use_host(service::this_host(chosen ? settings.host.value : std::string())));
  return index;
}

std::string sums_text(const index::Sums& sums) {
  return fmt::format("{}, {}", counted(sums.kernels, "kernel", "kernels"), util::format_bytes(sums.bytes.total()));
}

Result<void> add_groups(index::Index& index, index::GroupKey key, Found& found) {
  index::Criteria criteria;
  criteria.all_hosts = key == index::GroupKey::host;
  criteria.kinds = {model::EntryKind::kernel};
  TCM_ASSIGN(const auto groups, index.group(criteria, {key}));
  for (const index::Group& group : groups) found.add(group.values.front(), sums_text(group.sums));
  return {};
}

Result<void> add_keys(index::Index& index, const std::string& typed, Found& found) {
  index::Criteria criteria;
  criteria.key_prefix = typed;
  for (const auto& kind : model::kEntryKinds)
    if (kind.value != model::EntryKind::foreign) criteria.kinds.push_back(kind.value);
  std::string last;
  return index.list(criteria, {}, kMostCandidates, [&](const index::Row& row) {
    if (row.key == last) return;
    last = row.key;
    const std::string_view what = row.name.empty() ? to_string(row.kind) : std::string_view(row.name);
    found.add(row.key, fmt::format("{} {} {}", what, row.backend, row.arch));
  });
}

Result<void> add_roots(index::Index& index, Found& found) {
  TCM_ASSIGN(const auto roots, index.roots());
  for (const index::RootRow& root : roots) found.add(root.location.path, std::string(to_string(root.location.layout)));
  return {};
}

Result<void> add(Indexed what, const std::string& typed, index::Index& index, Found& found) {
  switch (what) {
    case Indexed::names: return add_groups(index, index::GroupKey::name, found);
    case Indexed::keys: return add_keys(index, typed, found);
    case Indexed::backends: return add_groups(index, index::GroupKey::backend, found);
    case Indexed::archs: return add_groups(index, index::GroupKey::arch, found);
    case Indexed::versions: return add_groups(index, index::GroupKey::version, found);
    case Indexed::hosts: return add_groups(index, index::GroupKey::host, found);
    case Indexed::roots: return add_roots(index, found);
  }
  return {};
}

}  // namespace

std::vector<Candidate> indexed(Indexed what, const std::string& typed, const std::optional<std::string>& database) {
  const auto settings = settings_of(database);
  if (!settings) return {};
  std::error_code error;
  if (!settings->db_file.value.empty() && !std::filesystem::exists(settings->db_file.value, error)) return {};
  auto index = open_unchanged(*settings);
  Found found(typed);
  if (index && !add(what, typed, *index, found)) return {};
  return found.take();
}

}  // namespace tcm::cli
