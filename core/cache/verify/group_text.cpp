// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/group_text.hpp"

#include <algorithm>

#include "core/cache/format/group.hpp"
#include "core/cache/format/python_json.hpp"

namespace tcm::cache {
namespace {

class GroupEvents final : public JsonEvents {
 public:
  GroupText group;
  bool is_object = false;

  void begin(char bracket) override {
    if (depth_ == 0) is_object = bracket == '{';
    if (depth_ == 1 && in_children_) start(bracket == '{' ? GroupForm::paths : GroupForm::names);
    if (depth_ == 2 && in_children_) no_path();
    ++depth_;
  }
  void end(char) override {
    if (--depth_ == 1) in_children_ = false;
  }
  void key(std::string_view text) override {
    if (depth_ == 1) in_children_ = text == "child_paths";
    if (depth_ == 2 && in_children_) name_ = text;
  }
  void string(std::string_view text) override {
    if (depth_ == 1) return scalar(false);
    if (depth_ != 2 || !in_children_) return;
    if (group.form == GroupForm::paths)
      add(name_, text);
    else
      add(text, {});
  }
  void integer(std::int64_t) override { scalar(false); }
  void number(std::string_view) override { scalar(false); }
  void literal(std::string_view text) override { scalar(text == "null"); }

 private:
  // Of several members of one name the last counts.
  void start(GroupForm form) {
    group = {};
    group.form = form;
  }
  void scalar(bool null) {
    if (depth_ == 1 && in_children_) {
      start(null ? GroupForm::none : GroupForm::other);
      if (!null) group.problem = "child_paths is neither a list nor a map";
      in_children_ = false;
    }
    if (depth_ == 2 && in_children_) no_path();
  }
  void no_path() {
    group.form = GroupForm::other;
    group.problem = "child_paths holds something that is not a path";
  }
  void add(std::string_view name, std::string_view path) {
    if (group.form == GroupForm::other) return;
    // Repeated names count, too: each is compared with all before it.
    if (++named_ > kMaxGroupChildren) {
      group.form = GroupForm::other;
      group.problem = "child_paths names more files than an entry has";
      return;
    }
    if (group.form == GroupForm::paths)
      for (GroupChild& child : group.children)
        if (child.name == name) return void(child.path = path);
    group.children.push_back({std::string(name), std::string(path)});
  }

  int depth_ = 0;
  bool in_children_ = false;
  std::size_t named_ = 0;
  std::string name_;
};

}  // namespace

GroupText read_group_text(std::string_view text) {
  GroupEvents events;
  if (auto wrong = read_python_json(text, events)) return {GroupForm::unreadable, {}, std::move(*wrong)};
  if (!events.is_object) return {GroupForm::other, {}, "not a JSON object"};
  return std::move(events.group);
}

}  // namespace tcm::cache
