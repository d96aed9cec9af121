// SPDX-License-Identifier: Apache-2.0
// An editor as a program of its own, so that tests can let it fail and die: does one thing to every entry of a root, in
// one batch.
//
// editor_driver drop|remove|sweep|rewrite ROOT [TRASH-ID]     0 all done, 3 something kept or failed, 1 no editor
#include <cstdio>

#include "core/cache/inspect/entry_look.hpp"
#include "tests/cache/edit/editing.hpp"

namespace {

using namespace tcm;

std::vector<cache::Change> changes_of(const std::string& path, model::Action action) {
  std::vector<cache::Change> changes;
  const cache::Root root = test::open_root(path);
  const auto scanned = root.scan(
      [&](const cache::RootItem& item) {
        cache::Change change;
        change.key = item.name;
        change.stamp = {item.inode, item.mtime_ns, item.ctime_ns, true};
        change.action = action;
        change.kinds = test::kIrKinds;
        changes.push_back(std::move(change));
        return true;
      },
      [](auto, auto) {});
  if (!scanned) throw std::runtime_error(scanned.error().message);
  return changes;
}

int drive(const std::string& action, const std::string& path, const std::string& trash_id) {
  const auto wanted = model::value_of<model::Action>(model::kActions, action);
  if (!wanted) throw std::runtime_error("no such action: " + action);
  cache::EditorOptions options;
  options.trash_id = trash_id;
  cache::Editor editor = test::open_editor(path, options);
  int code = 0;
  for (const cache::Outcome& outcome : test::run(editor, changes_of(path, *wanted))) {
    if (outcome.status == cache::Status::done) continue;
    code = 3;
    std::printf("%s\n", outcome.detail.c_str());
  }
  return code;
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count == 3 || count == 4) return drive(words[1], words[2], count == 4 ? words[3] : "");
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  return 1;
}
