// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/metadata_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/cache/format/key.hpp"
#include "core/cache/format/python_json.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// What cannot name the field of a named tuple, which is what Triton makes of the metadata.
constexpr std::array<std::string_view, 35> kPythonKeywords{
    "False",  "None",     "True", "and",    "as",   "assert", "async",   "await",  "break", "class",  "continue", "def",
    "del",    "elif",     "else", "except", "for",  "from",   "finally", "global", "if",    "import", "in",       "is",
    "lambda", "nonlocal", "not",  "or",     "pass", "raise",  "return",  "try",    "while", "with",   "yield"};

bool can_name_a_field(std::string_view name) {
  const auto fits = [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    // Beyond ASCII letters of every script may stand in a name.
    return (lower >= 'a' && lower <= 'z') || util::is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (name.empty() || name.front() == '_' || util::is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), fits) &&
         std::find(kPythonKeywords.begin(), kPythonKeywords.end(), name) == kPythonKeywords.end();
}

class MetadataEvents final : public JsonEvents {
 public:
  MetadataText metadata;
  bool is_object = false;

  void begin(char bracket) override {
    if (depth_ == 0) is_object = bracket == '{';
    note(bracket == '{' ? ValueType::map : ValueType::list);
    if (depth_ == 1) in_target_ = name_ == "target";
    if (depth_ == 1 && in_target_)
      for (const std::string_view member : {"target.backend", "target.arch", "target.warp_size"})
        metadata.seen.note(member, ValueType::absent);
    ++depth_;
  }
  void end(char) override { --depth_; }
  void key(std::string_view text) override {
    if (depth_ == 1 && !can_name_a_field(text) && metadata.problem.empty())
      metadata.problem = fmt::format("\"{}\" cannot name a field", util::escape_control(text.substr(0, kShown)));
    if (depth_ == 1) name_ = text;
    if (depth_ == 2 && in_target_) (name_in_target_ = "target.") += text;
  }
  void string(std::string_view text) override {
    note(ValueType::text);
    if (depth_ == 2 && in_target_ && name_in_target_ == "target.backend") metadata.backend = text;
    if (depth_ != 1) return;
    for (const auto& [name, place] :
         {std::pair("backend_name", &metadata.backend_name), std::pair("triton_version", &metadata.triton_version),
          std::pair("binary_ext", &metadata.binary_ext), std::pair("hash", &metadata.hash)})
      if (name_ == name) *place = text;
  }
  void integer(std::int64_t) override { note(ValueType::number); }
  void number(std::string_view) override { note(ValueType::number); }
  void literal(std::string_view text) override { note(text == "null" ? ValueType::null : ValueType::boolean); }

 private:
  static constexpr std::size_t kShown = 40;

  void note(ValueType type) {
    if (depth_ == 1) metadata.seen.note(name_, type);
    if (depth_ == 2 && in_target_) metadata.seen.note(name_in_target_, type);
  }

  int depth_ = 0;
  std::string name_;
  std::string name_in_target_;
  bool in_target_ = false;
};

/// The digest in an alphabet of `bits` bits a letter, without padding; empty when `hex` is none.
std::string encode(std::string_view hex, std::string_view alphabet, int bits) {
  std::string encoded;
  unsigned held = 0;
  int count = 0;
  for (const char c : hex) {
    if (!util::is_lower_hex(c)) return {};
    held = held << 4 | static_cast<unsigned>(util::hex_value(c));
    for (count += 4; count >= bits; count -= bits) encoded += alphabet[held >> (count - bits) & ((1U << bits) - 1)];
  }
  if (count > 0) encoded += alphabet[held << (bits - count) & ((1U << bits) - 1)];
  return encoded;
}

}  // namespace

MetadataText read_metadata_text(std::string_view text) {
  MetadataEvents events;
  auto wrong = read_python_json(text, events);
  MetadataText& metadata = events.metadata;
  if (wrong || !events.is_object) {
    metadata.is_json = !wrong;
    metadata.problem = wrong ? std::move(*wrong) : "not a JSON object";
  }
  return std::move(metadata);
}

bool key_fits(std::string_view hash, std::string_view key) {
  constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr std::size_t kSha256 = 64;
  const auto encoding = key_encoding(key);
  if (!encoding || hash.empty()) return true;
  switch (*encoding) {
    case KeyEncoding::sha256_hex: return hash == key;
    case KeyEncoding::base64: return hash.size() != kSha256 || encode(hash, kBase64, 6) == key;
    case KeyEncoding::base32: return hash.size() != kSha256 || encode(hash, kBase32, 5) == key;
    default: return true;
  }
}

}  // namespace tcm::cache
