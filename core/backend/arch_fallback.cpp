// SPDX-License-Identifier: Apache-2.0
#include "core/backend/arch_fallback.hpp"

#include <optional>

#include <boost/json.hpp>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::backend {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBytes = 64;

/// White space and what must not be printed become '_', cut at a character's border.
std::string tidy(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const util::Utf8Char next = util::decode_utf8(text);
    const std::string_view bytes = text.substr(0, next.length);
    const bool blank = next.valid && (next.code_point <= ' ' || next.code_point == 0xa0 || next.code_point == 0x3000);
    const bool plain = next.valid && !blank && util::escape_control(bytes) == bytes;
    if (result.size() + (plain ? bytes.size() : 1) > kMaxBytes) break;
    if (plain)
      result += bytes;
    else
      result += '_';
    text.remove_prefix(next.length);
  }
  return result;
}

std::optional<std::string> simple_text(const json::value& value) {
  if (const auto* text = value.if_string()) return tidy(std::string_view(text->data(), text->size()));
  if (value.is_int64() || value.is_uint64()) return json::serialize(value);
  return std::nullopt;
}

std::string text_of(const json::value& value) {
  if (value.is_null()) return {};
  if (auto text = simple_text(value)) return *text;
  if (const auto* object = value.if_object())
    for (const char* name : {"name", "arch", "architecture"})
      if (const auto* member = object->if_contains(name))
        if (auto text = simple_text(*member); text && !text->empty()) return *text;
  return tidy(json::serialize(value));
}

}  // namespace

std::string neutral_arch(std::string_view arch_json) {
  try {
    json::parse_options options;
    options.max_depth = 16;
    json::error_code error;
    const json::value value = json::parse(json::string_view(arch_json.data(), arch_json.size()), error, {}, options);
    return error ? tidy(util::trim(arch_json)) : text_of(value);
  } catch (...) {  // out of memory
    return {};
  }
}

}  // namespace tcm::backend
