// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group_edit.hpp"

#include <optional>
#include <vector>

#include "core/util/text/json_text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// A stretch of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// One child: its whole stretch, its name and, of a map, its value.
struct Child {
  Span all;
  Span name;
  std::optional<Span> value;
};

/// Finds where things stand in a JSON text that a parser has accepted; on anything else it gives up (`broken`).
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool broken() const { return broken_; }
  std::size_t position() const { return at_; }

  void skip_blanks() {
    at_ = text_.find_first_not_of(kBlanks, at_);
    if (at_ == std::string_view::npos) at_ = text_.size();
  }

  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) give_up();
  }

  Span string() {
    const std::size_t begin = (skip_blanks(), at_);
    expect('"');
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size())
      give_up();
    else
      ++at_;
    return {begin, at_};
  }

  Span value() {
    const std::size_t begin = (skip_blanks(), at_);
    const char first = peek();
    if (first == '"') return string();
    if (first == '{' || first == '[')
      container();
    else
      scalar();
    return {begin, at_};
  }

 private:
  void give_up() {
    broken_ = true;
    at_ = text_.size();
  }

  void container() {
    int depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        string();
        continue;
      }
      if (c == '\0') return give_up();
      depth += c == '{' || c == '[' ? 1 : 0;
      depth -= c == '}' || c == ']' ? 1 : 0;
      ++at_;
    } while (depth > 0 && !broken_);
  }

  void scalar() {
    const std::size_t begin = at_;
    at_ = text_.find_first_of(",]} \t\r\n", at_);
    if (at_ == std::string_view::npos || at_ == begin) give_up();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

std::string_view cut(std::string_view text, Span span) { return text.substr(span.begin, span.end - span.begin); }

/// The container `child_paths`, brackets included.
struct Container {
  Span all;
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
    made += text_.substr(container_.all.end);
    return made;
  }

 private:
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
      made += cut(text_, container_.all);
      return std::nullopt;
    }
    const std::string_view between =
        children.size() < 2 ? std::string_view() : cut(text_, {children[0].all.end, children[1].all.begin});
    made += cut(text_, {container_.all.begin, children.front().all.begin});
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
    if (path.empty()) {
      made += cut(text_, child.all);
      return std::nullopt;
    }
    made += cut(text_, {child.all.begin, child.value->begin});
    if (!util::is_valid_utf8(path)) return "the path of this cache is not UTF-8";
    util::append_json_string(made, path, util::JsonEscapes::non_ascii);
    return std::nullopt;
  }

  std::string_view text_;
  const GroupEdit& edit_;
  Scanner scanner_;
  Container container_;
  int found_ = 0;
};

}  // namespace

tl::expected<std::string, std::string> edit_group(std::string_view text, const GroupEdit& edit) {
  return GroupRewrite(text, edit).run();
}

}  // namespace tcm::cache
