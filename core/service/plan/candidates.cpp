// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/candidates.hpp"

#include <algorithm>
#include <utility>

namespace tcm::service {
namespace {

/// Puts consecutive records of one entry together.
class Gatherer {
 public:
  Gatherer(const RootSet& roots, const std::function<Result<void>(Candidate&& candidate)>& each)
      : roots_(roots), each_(each) {}

  void take(const index::Row& row) {
    if (!result_) return;
    const auto root = root_of(row.root);
    if (!root) return;
    if (!open_ || current_.root != *root || current_.key != row.key) {
      hand_over();
      begin(row, *root);
    }
    current_.ordinals.push_back(row.ordinal);
    current_.last_hit_ns = std::max(current_.last_hit_ns, row.last_hit_ns.value_or(0));
    current_.kernels += row.kind == model::EntryKind::kernel ? 1U : 0U;
    current_.bytes += row.bytes;
  }

  Result<void> finish() {
    hand_over();
    return std::move(result_);
  }

 private:
  /// Rows of one root mostly follow each other, so the last answer is kept.
  std::optional<std::uint32_t> root_of(const std::string& path) {
    if (path != last_path_) {
      last_path_ = path;
      last_root_ = roots_.find(path);
    }
    return last_root_;
  }

  void begin(const index::Row& row, std::uint32_t root) {
    current_ = {};
    current_.root = root;
    current_.key = row.key;
    current_.record_id = row.id;
    current_.name = row.name;
    current_.backend = row.backend;
    current_.arch = row.arch;
    current_.triton_version = row.triton_version;
    current_.kind = row.kind;
    current_.problem = row.problem;
    current_.stamp = row.stamp;
    open_ = true;
  }

  void hand_over() {
    if (open_ && result_) result_ = each_(std::move(current_));
    open_ = false;
  }

  const RootSet& roots_;
  const std::function<Result<void>(Candidate&& candidate)>& each_;
  Candidate current_;
  bool open_ = false;
  Result<void> result_;
  std::string last_path_;
  std::optional<std::uint32_t> last_root_;
};

}  // namespace

RootSet RootSet::open(const std::vector<std::string>& paths, std::vector<Error>& failures) {
  RootSet set;
  for (const std::string& path : paths) {
    auto root = cache::Root::open(path);
    if (!root) {
      failures.push_back(std::move(root).error());
      continue;
    }
    auto file_system = cache::file_system_of(*root);
    if (!file_system) {
      failures.push_back(std::move(file_system).error());
      continue;
    }
    set.positions_.emplace(path, static_cast<std::uint32_t>(set.roots_.size()));
    set.roots_.push_back({std::move(*root), *file_system});
  }
  return set;
}

RootSet RootSet::open_to_change(const std::vector<std::string>& paths, std::vector<Error>& failures) {
  std::vector<std::string> changeable;
  const RootSet all = open(paths, failures);
  for (const OpenRoot& one : all.roots_) {
    if (auto checked = cache::check_changeable(one.root); checked)
      changeable.push_back(one.root.path());
    else
      failures.push_back(std::move(checked).error());
  }
  return open(changeable, failures);
}

std::optional<std::uint32_t> RootSet::find(const std::string& path) const {
  const auto found = positions_.find(path);
  return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> RootSet::paths() const {
  std::vector<std::string> paths;
  for (const OpenRoot& root : roots_) paths.push_back(root.root.path());
  return paths;
}

std::vector<cache::RootId> RootSet::ids() const {
  std::vector<cache::RootId> ids;
  for (const OpenRoot& root : roots_) ids.push_back(root.root.id());
  return ids;
}

Result<void> for_each_candidate(const index::Criteria& criteria, bool newest_first, const RootSet& roots,
                                index::Index& index, const std::function<Result<void>(Candidate&& candidate)>& each) {
  Gatherer gatherer(roots, each);
  const index::Order order{index::column_field(newest_first ? "modified" : "key"), !newest_first, {}, true};
  TCM_TRY(index.list(criteria, order, std::nullopt, [&](const index::Row& row) { gatherer.take(row); }));
  return gatherer.finish();
}

}  // namespace tcm::service
