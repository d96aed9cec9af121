// SPDX-License-Identifier: Apache-2.0
// Short forms for tests that change caches.
#pragma once

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/cache/edit/editor.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "tests/cache/read/reading.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {

inline constexpr model::KindSet kIrKinds{model::ArtifactKind::ir, model::ArtifactKind::source};

inline cache::Editor open_editor(const std::filesystem::path& root, cache::EditorOptions options = {}) {
  options.naming = plugin_naming();
  auto editor = cache::Editor::open(root.string(), std::move(options));
  if (!editor) throw std::runtime_error(editor.error().message);
  return std::move(*editor);
}

/// A change of the entry as it is now. Of a drop: its IR.
inline cache::Change change_of(const std::filesystem::path& entry, model::Action action) {
  cache::Change change;
  change.key = entry.filename().string();
  change.stamp = cache::inspect(open_root(entry.parent_path()), change.key).stamp;
  change.action = action;
  change.kinds = kIrKinds;
  return change;
}

inline std::vector<cache::Outcome> run(cache::Editor& editor, const std::vector<cache::Change>& batch) {
  std::vector<cache::Outcome> outcomes;
  editor.run(batch, [&outcomes](std::size_t index, cache::Outcome&& outcome) {
    if (index != outcomes.size()) throw std::runtime_error("an outcome out of order");
    outcomes.push_back(std::move(outcome));
  });
  return outcomes;
}

/// One change by an editor of its own.
inline cache::Outcome run_one(const std::filesystem::path& root, const cache::Change& change,
                              cache::EditorOptions options = {}) {
  cache::Editor editor = open_editor(root, std::move(options));
  return run(editor, {change}).at(0);
}

inline cache::Outcome run_one(const std::filesystem::path& entry, model::Action action,
                              cache::EditorOptions options = {}) {
  return run_one(entry.parent_path(), change_of(entry, action), std::move(options));
}

/// What a group lists.
inline nlohmann::ordered_json children_of(const std::filesystem::path& entry, const std::string& group = kGroup) {
  return nlohmann::ordered_json::parse(read_file(entry / group)).at("child_paths");
}

/// The names directly in a directory.
inline std::set<std::string> names_in(const std::filesystem::path& directory) {
  std::set<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(directory)) names.insert(item.path().filename().string());
  return names;
}

}  // namespace tcm::test
