// SPDX-License-Identifier: Apache-2.0
#include "core/config/document.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

// As headers, here only: one library less for the dynamic loader at every start.
//
// toml++ 3.3 asserts of the text what it checks, and reports, right afterwards ("[=" ends the program), and without
// assertions tells clang to rely on it. So its assertions do nothing here, in every kind of build.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(condition) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "core/config/precheck.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::config {
namespace {

/// Turns the parser's positions (lines, and characters of a line, both from 1) into bytes.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    // A byte order mark is no character of the first line.
    lines_.push_back(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') lines_.push_back(i + 1);
  }

  std::size_t byte_of(const toml::source_position& position) const {
    if (position.line == 0 || position.line > lines_.size()) return text_.size();
    std::size_t byte = lines_[position.line - 1];
    for (toml::source_index column = 1; column < position.column && byte < text_.size(); ++column)
      byte += util::decode_utf8(text_.substr(byte)).length;
    return byte;
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> lines_;
};

std::string_view kind_text(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  if (node.is_floating_point()) return "a number with a fraction";
  return "a date or a time";
}

/// Whether every element of an array is a string; then they are the leaf's.
bool take_strings(const toml::array& array, std::vector<std::string>& list) {
  for (const toml::node& element : array) {
    const auto* text = element.as_string();
    if (text == nullptr) return false;
    list.push_back(text->get());
  }
  return true;
}

Leaf leaf_of(std::string key, const toml::node& node, const Places& places) {
  Leaf leaf;
  leaf.key = std::move(key);
  leaf.line = node.source().begin.line;
  leaf.begin = places.byte_of(node.source().begin);
  leaf.end = places.byte_of(node.source().end);
  if (const auto* text = node.as_string()) {
    leaf.kind = LeafKind::string;
    leaf.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    leaf.kind = LeafKind::integer;
    leaf.text = std::to_string(number->get());
  } else if (const auto* truth = node.as_boolean()) {
    leaf.kind = LeafKind::boolean;
    leaf.text = truth->get() ? "true" : "false";
  } else {
    leaf.text = kind_text(node);
    const auto* array = node.as_array();
    if (array != nullptr && take_strings(*array, leaf.list))
      leaf.kind = LeafKind::list;
    else if (array != nullptr || node.is_table())
      leaf.kind = LeafKind::container;
  }
  return leaf;
}

/// A name that holds a dot is no path of two names.
std::string name_of(const toml::key& key) {
  std::string name(key.str());
  return name.find('.') == std::string::npos ? name : fmt::format("\"{}\"", name);
}

SectionForm form_of_section(const toml::table& table, std::string_view text, const Places& places) {
  if (table.is_inline()) return SectionForm::in_line;
  const std::size_t begin = places.byte_of(table.source().begin);
  return begin < text.size() && text[begin] == '[' ? SectionForm::header : SectionForm::dotted;
}

Document document_of(const toml::table& top, std::string_view text) {
  const Places places(text);
  Document document;
  for (const auto& [key, node] : top) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      document.leaves.push_back(leaf_of(name_of(key), node, places));
      continue;
    }
    document.sections.push_back({name_of(key), form_of_section(*table, text, places), table->source().begin.line,
                                 places.byte_of(table->source().end)});
    for (const auto& [inner, value] : *table)
      document.leaves.push_back(leaf_of(fmt::format("{}.{}", name_of(key), name_of(inner)), value, places));
  }
  // The parser keeps its tables sorted by name.
  std::sort(document.leaves.begin(), document.leaves.end(),
            [](const Leaf& a, const Leaf& b) { return a.begin < b.begin; });
  std::sort(document.sections.begin(), document.sections.end(),
            [](const Section& a, const Section& b) { return a.line < b.line; });
  return document;
}

}  // namespace

Result<Document> parse_document(std::string_view text, const std::string& path) {
  if (const auto trouble = find_trouble(text))
    return fail(ErrorCode::usage, fmt::format("{}:{}: {}", path, trouble->line, trouble->what));
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(ErrorCode::usage, fmt::format("{}:{}: is not TOML: {}", path, parsed.error().source().begin.line,
                                              parsed.error().description()));
  return document_of(parsed.table(), text);
}

// Not as JSON has it, which lets DEL stand: TOML 1.0 wants it escaped.
std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result.append(1, '\\').append(1, c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result += '"';
}

}  // namespace tcm::config
