// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group_edit.hpp"

#include <optional>
#include <vector>

#include "core/cache/format/json_scanner.hpp"
#include "core/util/text/json_text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

/// One child: its whole stretch, its name and, of a map, its value.
struct Child {
  TextSpan all;
  TextSpan name;
  std::optional<TextSpan> value;
};

/// The container `child_paths`, brackets included.
struct Container {
  TextSpan all;
  bool is_list = false;
  std::vector<Child> children;
};

class GroupRewrite {
 public:
  GroupRewrite(std::string_view text, const GroupEdit& edit) : text_(text), edit_(edit), scanner_(text) {}

  tl::expected<std::string, std::string> run() {
    find();
    if (scanner_.broken()) return tl::unexpected<std::string>("not of a shape that can be edited");
    if (found_ != 1) return tl::unexpected<std::string>("has no child_paths, or several");
    std::string made(text_.substr(0, container_.all.begin));
    if (auto error = write(made)) return tl::unexpected<std::string>(std::move(*error));
    if (becomes_map()) made.back() = '}';
    made += text_.substr(container_.all.end);
    return made;
  }

 private:
  bool becomes_map() const { return container_.is_list && edit_.as_map; }

  void find() {
    scanner_.expect('{');
    if (scanner_.take('}')) return;
    do {
      const auto key = util::decode_json_string(cut(text_, scanner_.string()));
      scanner_.expect(':');
      const char bracket = scanner_.peek();
      if (key == "child_paths" && (bracket == '{' || bracket == '[')) {
        ++found_;
        list(bracket);
      } else {
        scanner_.value();
      }
    } while (scanner_.take(',') && !scanner_.broken());
    scanner_.expect('}');
  }

  void list(char bracket) {
    container_ = {};
    container_.all.begin = scanner_.position();
    container_.is_list = bracket == '[';
    scanner_.expect(bracket);
    const char closing = bracket == '{' ? '}' : ']';
    if (scanner_.peek() != closing) do {
        Child child;
        child.name = scanner_.string();
        if (bracket == '{') {
          scanner_.expect(':');
          child.value = scanner_.value();
        }
        child.all = {child.name.begin, child.value ? child.value->end : child.name.end};
        container_.children.push_back(child);
      } while (scanner_.take(',') && !scanner_.broken());
    scanner_.expect(closing);
    container_.all.end = scanner_.position();
  }

  // What stands before the first child, between two and behind the last stays what it was.
  std::optional<std::string> write(std::string& made) {
    const std::vector<Child>& children = container_.children;
    if (children.empty()) {
      made += becomes_map() ? std::string_view("{}") : cut(text_, container_.all);
      return std::nullopt;
    }
    const std::string_view between =
        children.size() < 2 ? std::string_view() : cut(text_, {children[0].all.end, children[1].all.begin});
    const std::size_t begin = made.size();
    made += cut(text_, {container_.all.begin, children.front().all.begin});
    if (becomes_map()) made[begin] = '{';
    bool first = true;
    for (const Child& child : children) {
      const auto listed = util::decode_json_string(cut(text_, child.name));
      if (!listed) return "a name in it cannot be read";
      const std::string_view name = std::string_view(*listed).substr(listed->rfind('/') + 1);
      if (!edit_.stays(name)) continue;
      if (!first) made += between;
      first = false;
      if (auto error = write_child(made, child, name)) return error;
    }
    made += cut(text_, {children.back().all.end, container_.all.end});
    return std::nullopt;
  }

  std::optional<std::string> write_child(std::string& made, const Child& child, std::string_view name) {
    std::string path;
    if (child.value && text_[child.value->begin] == '"') {
      const auto old = util::decode_json_string(cut(text_, *child.value));
      if (!old) return "a path in it cannot be read";
      path = edit_.new_path(name, *old);
    }
    if (becomes_map()) {
      path = edit_.new_path(name, {});
      if (path.empty()) return "a name in it has no path";
    }
    if (path.empty()) {
      made += cut(text_, child.all);
      return std::nullopt;
    }
    if (child.value) {
      made += cut(text_, {child.all.begin, child.value->begin});
    } else {
      if (!util::is_valid_utf8(name)) return "a name in it is not UTF-8";
      util::append_json_string(made, name, util::JsonEscapes::non_ascii);
      made += ": ";
    }
    if (!util::is_valid_utf8(path)) return "the path of this cache is not UTF-8";
    util::append_json_string(made, path, util::JsonEscapes::non_ascii);
    return std::nullopt;
  }

  std::string_view text_;
  const GroupEdit& edit_;
  JsonScanner scanner_;
  Container container_;
  int found_ = 0;
};

}  // namespace

tl::expected<std::string, std::string> edit_group(std::string_view text, const GroupEdit& edit) {
  return GroupRewrite(text, edit).run();
}

}  // namespace tcm::cache
