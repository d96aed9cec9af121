// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/sql_text.hpp"

#include "core/util/text/json_text.hpp"

namespace tcm::index {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string json_text_list(const std::vector<std::string_view>& texts) {
  std::string out = "[";
  for (const std::string_view text : texts) {
    if (out.size() > 1) out += ',';
    util::append_json_string(out, text);
  }
  return out + "]";
}

std::string with_types(const SqlText& sql, std::string_view text) {
  std::string out(text);
  replace_all(out, "$id", sql.id_type());
  replace_all(out, "$text", sql.text_type());
  return out;
}

}  // namespace tcm::index
