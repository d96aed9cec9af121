// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/copies.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/cache/edit/group_paths.hpp"
#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group.hpp"
#include "core/cache/format/group_edit.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::int64_t kSample = 32;

/// Whether the group of a kernel gives a child a path in one of the roots.
class NamedRoot {
 public:
  explicit NamedRoot(const RootSet& roots) {
    for (std::uint32_t i = 0; i < roots.size(); ++i) paths_.emplace_back(roots.root(i), cache::EditorOptions());
  }

  std::optional<std::uint32_t> find(const std::string& key, const std::string& group) {
    std::optional<std::uint32_t> found;
    if (!cache::parse_group(group)) return found;
    cache::GroupEdit look;
    look.stays = [](std::string_view) { return true; };
    look.new_path = [&](std::string_view name, std::string_view path) {
      for (std::uint32_t i = 0; i < paths_.size() && !found; ++i)
        if (paths_[i].new_path(key, name, path).empty()) found = i;
      return std::string();
    };
    (void)cache::edit_group(group, look);
    return found;
  }

 private:
  std::vector<cache::GroupPaths> paths_;
};

std::vector<index::Row> some_kernels(index::Index& index, const std::string& root, Result<void>& listed) {
  index::Criteria criteria;
  criteria.root_paths = {root};
  criteria.kinds = {model::EntryKind::kernel};
  std::vector<index::Row> rows;
  listed = index.list(criteria, {index::column_field("key"), true}, kSample,
                      [&rows](const index::Row& row) { rows.push_back(row); });
  return rows;
}

Result<std::optional<std::uint32_t>> root_named_by(const cache::Root& copy, index::Index& index, NamedRoot& named) {
  Result<void> listed;
  const std::vector<index::Row> rows = some_kernels(index, copy.path(), listed);
  TCM_TRY(listed);
  for (const index::Row& row : rows) {
    TCM_ASSIGN(const index::Detail detail, index.detail(row.id));
    for (const model::Artifact& file : detail.artifacts) {
      std::string text;
      if (file.kind != model::ArtifactKind::group) continue;
      if (!copy.read_artifact(row.key, file.name, cache::kMaxJsonBytes, text)) continue;
      if (const auto found = named.find(row.key, text)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<void> note_copies(const RootSet& roots, index::Index& index, Plan& plan) {
  NamedRoot named(roots);
  TCM_ASSIGN(const auto known, index.roots());
  for (const index::RootRow& row : known) {
    if (row.kernels == 0 || roots.find(row.location.path)) continue;
    const auto copy = cache::Root::open(row.location.path);
    if (!copy) continue;  // another host's, or not there any more
    TCM_ASSIGN(const auto found, root_named_by(*copy, index, named));
    if (!found) continue;
    plan.notes.push_back(
        fmt::format("{}: its groups name {}, so what is removed there is lost to it, too; first `tcm prune --cache-dir "
                    "{}`, which makes "
                    "them name their own files",
                    util::escape_control(row.location.path), util::escape_control(roots.root(*found).path()),
                    util::escape_control(row.location.cache_dir)));
  }
  return {};
}

}  // namespace tcm::service
