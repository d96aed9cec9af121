// SPDX-License-Identifier: Apache-2.0
// .ze_info is YAML. A library for all of YAML would be a dependency that every user's machine needs (P-3), and another
// parser to trust with bytes from anybody. IGC writes a small part of the language: one "key: value" or "- key: value"
// a line, nested by indentation, with no anchors, no flow collections that matter here, and no texts of several lines.
// That part takes one pass, no recursion and a stack of fixed depth.
#include "ze_info.hpp"

#include <array>

namespace xpu {
namespace {

/// "kernels", a kernel's "per_thread_memory_buffers", a buffer's "size": what lies deeper is of no interest.
constexpr std::size_t kMaxDepth = 3;

struct Line {
  std::size_t indent = 0;  ///< of the key, behind any "- "
  bool is_item = false;    ///< begins an item of a sequence
  std::string_view key;
  std::string_view value;  ///< as written, quotes and all
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

/// Nothing for a line that is no "key: value".
std::optional<Line> parse_line(std::string_view text) {
  Line line;
  line.indent = text.find_first_not_of(' ');
  if (line.indent == std::string_view::npos) return std::nullopt;
  text.remove_prefix(line.indent);
  if (text.substr(0, 2) == "- ") {
    line.is_item = true;
    const std::size_t key = text.find_first_not_of(' ', 1);
    if (key == std::string_view::npos) return std::nullopt;
    line.indent += key;
    text.remove_prefix(key);
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  line.key = text.substr(0, colon);
  line.value = trim(text.substr(colon + 1));
  return line;
}

/// A plain or a single-quoted scalar; nothing for other forms, which IGC has no need of for a kernel's name.
std::optional<std::string> text_of(std::string_view value) {
  if (value.empty() || value.front() == '"') return std::nullopt;
  if (value.front() != '\'') return std::string(value);
  if (value.size() < 2 || value.back() != '\'') return std::nullopt;
  std::string text;
  value = value.substr(1, value.size() - 2);
  for (std::size_t i = 0; i < value.size(); ++i) {
    text += value[i];
    if (value[i] == '\'') ++i;  // '' stands for one
  }
  return text;
}

/// Types are int32 in the specification: more digits are no figure.
std::optional<std::uint64_t> number_of(std::string_view value) {
  if (value.empty() || value.size() > 10) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

class Reader {
 public:
  std::vector<KernelInfo> kernels;

  void take(const Line& line) {
    while (depth_ > 0 && path_[depth_ - 1].indent >= line.indent) --depth_;
    // A level that was too deep to be kept hides what is below it.
    if (line.indent > hidden_below_) return;
    hidden_below_ = std::string_view::npos;
    if (is_at("kernels") && line.is_item) begin_kernel();
    if (in_kernel_ && depth_ > 0 && path_[0].key == "kernels") fact(line);
    if (depth_ == kMaxDepth) {
      hidden_below_ = line.indent;
      return;
    }
    path_[depth_++] = {line.indent, line.key};
  }

 private:
  struct Level {
    std::size_t indent;
    std::string_view key;
  };

  bool is_at(std::string_view key) const { return depth_ == 1 && path_[0].key == key; }
  bool is_at(std::string_view first, std::string_view second) const {
    return depth_ == 2 && path_[0].key == first && path_[1].key == second;
  }

  void begin_kernel() {
    in_kernel_ = kernels.size() < kMaxKernels;
    if (in_kernel_) kernels.emplace_back();
  }

  void fact(const Line& line) {
    KernelInfo& kernel = kernels.back();
    if (is_at("kernels") && line.key == "name") kernel.name = text_of(line.value).value_or("");
    if (is_at("kernels", "execution_env")) environment(line, kernel);
    if (is_at("kernels", "per_thread_memory_buffers")) buffer(line, kernel);
  }

  static void environment(const Line& line, KernelInfo& kernel) {
    if (line.key == "grf_count") kernel.grf_count = number_of(line.value);
    if (line.key == "simd_size") kernel.simd_size = number_of(line.value);
    if (line.key == "slm_size") kernel.slm_bytes = number_of(line.value);
    if (line.key == "barrier_count") kernel.barrier_count = number_of(line.value);
    if (line.key == "private_size") kernel.private_bytes = number_of(line.value);
    if (line.key == "spill_size") kernel.spill_bytes = number_of(line.value);
  }

  /// An item is "type", "usage", "size" in this order.
  void buffer(const Line& line, KernelInfo& kernel) {
    if (line.is_item) is_scratch_ = false;
    if (line.key == "type") is_scratch_ = line.value == "scratch";
    if (line.key == "size" && is_scratch_) kernel.scratch_bytes += number_of(line.value).value_or(0);
  }

  std::array<Level, kMaxDepth> path_{};
  std::size_t depth_ = 0;
  std::size_t hidden_below_ = std::string_view::npos;
  bool in_kernel_ = false;
  bool is_scratch_ = false;
};

}  // namespace

std::vector<KernelInfo> read_ze_info(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (const auto line = parse_line(text.substr(0, end))) reader.take(*line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(reader.kernels);
}

}  // namespace xpu
