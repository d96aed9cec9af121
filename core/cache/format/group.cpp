// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group.hpp"

#include <fmt/format.h>

#include "core/cache/format/json_reader.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

class GroupEvents final : public JsonEvents {
 public:
  std::vector<std::string> children;
  std::string path;
  std::string odd_path;
  std::size_t odd_child = 0;
  std::string problem;

  void begin(char bracket) override {
    if (depth_ == 0 && bracket != '{') refuse("not a JSON object");
    if (depth_ == 1 && in_children_) container_ = bracket;
    if (depth_ == 2 && in_children_ && container_ == '[') refuse("child_paths lists something that is not a name");
    ++depth_;
  }
  void end(char) override {
    if (--depth_ == 1) in_children_ = false;
  }
  void key(std::string_view text) override {
    if (depth_ == 1) {
      in_children_ = text == "child_paths";
      // The last of several counts, as for Triton.
      if (in_children_) path.clear(), odd_path.clear(), children.clear();
    } else if (depth_ == 2 && in_children_) {
      add(text);
    }
  }
  void string(std::string_view text) override {
    if (depth_ == 2 && in_children_ && container_ == '[') return add(text);
    if (depth_ == 2 && in_children_) add_path(text);
    scalar(false);
  }
  void integer(std::int64_t) override { scalar(false); }
  void number(std::string_view) override { scalar(false); }
  void literal(std::string_view text) override { scalar(text == "null"); }

 private:
  void scalar(bool null) {
    if (depth_ == 0) refuse("not a JSON object");
    if (depth_ == 1 && in_children_ && !null) refuse("child_paths is neither a list nor a map");
    if (depth_ == 2 && in_children_ && container_ == '[') refuse("child_paths lists something that is not a name");
    if (depth_ == 1) in_children_ = false;
  }

  void add(std::string_view listed) {
    const std::string_view name = listed.substr(listed.rfind('/') + 1);
    if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string_view::npos) {
      constexpr std::size_t kShown = 80;
      refuse(fmt::format("child_paths names \"{}\", which is not a file name",
                         util::escape_control(listed.substr(0, kShown))));
    } else if (children.size() >= kMaxGroupChildren) {
      refuse(fmt::format("child_paths names more than {} files", kMaxGroupChildren));
    } else {
      children.emplace_back(name);
    }
  }

  void add_path(std::string_view text) {
    const auto directory = [](std::string_view whole) { return whole.substr(0, whole.rfind('/') + 1); };
    if (children.size() == 1) {
      path = text;
    } else if (odd_path.empty() && !children.empty() && directory(text) != directory(path)) {
      odd_path = text;
      odd_child = children.size() - 1;
    }
  }

  void refuse(std::string why) {
    if (problem.empty()) problem = std::move(why);
  }

  int depth_ = 0;
  bool in_children_ = false;
  char container_ = '{';
};

}  // namespace

tl::expected<GroupListing, std::string> list_group(std::string_view text) {
  GroupEvents events;
  if (auto wrong = read_json(text, events)) return tl::unexpected<std::string>(std::move(*wrong));
  if (!events.problem.empty()) return tl::unexpected<std::string>(std::move(events.problem));
  return GroupListing{std::move(events.children), std::move(events.path), std::move(events.odd_path), events.odd_child};
}

tl::expected<std::vector<std::string>, std::string> parse_group(std::string_view text) {
  auto group = list_group(text);
  if (!group) return tl::unexpected(std::move(group).error());
  return std::move(group->names);
}

std::string_view named_root(std::string_view path, std::string_view key, std::string_view name) {
  std::string_view root = path;
  for (const std::string_view part : {name, key}) {
    if (root.size() <= part.size() || !root.ends_with(part)) return path;
    root.remove_suffix(part.size());
    if (!root.ends_with('/')) return path;
    root.remove_suffix(1);
  }
  return root;
}

}  // namespace tcm::cache
