// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/arch.hpp"

#include "plugins/common/text.hpp"

namespace tcm::cuda_backend {
namespace {

using plugin_common::all_digits;

// Two digits up to compute capability 9.x, three from 10.0 on; nothing older or stranger has ever had a cubin that
// Triton writes.
bool is_canonical(std::string_view digits) {
  return all_digits(digits) && (digits.size() == 2 || digits.size() == 3) && digits.front() != '0';
}

void drop_prefix(std::string_view& word) {
  for (std::string_view prefix : {"compute_", "sm_", "sm"}) {
    if (word.starts_with(prefix)) {
      word.remove_prefix(prefix.size());
      return;
    }
  }
}

void drop_suffix(std::string_view& word) {
  if (word.ends_with('a') || word.ends_with('f')) word.remove_suffix(1);
}

// "9.0", "12.1": the form of NVIDIA's compute capability tables and of torch.cuda.
std::optional<std::string> from_dotted(std::string_view word) {
  const size_t dot = word.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view major = word.substr(0, dot);
  const std::string_view minor = word.substr(dot + 1);
  if (!all_digits(major) || minor.size() != 1 || !all_digits(minor)) return std::nullopt;
  std::string digits = std::string(major) + std::string(minor);
  return is_canonical(digits) ? std::optional(std::move(digits)) : std::nullopt;
}

}  // namespace

std::optional<std::string> arch_from_user(std::string_view word) {
  const std::string lowered = plugin_common::lower(word);
  std::string_view rest = lowered;
  if (auto dotted = from_dotted(rest)) return dotted;
  drop_prefix(rest);
  drop_suffix(rest);
  return is_canonical(rest) ? std::optional(std::string(rest)) : std::nullopt;
}

std::optional<std::string> arch_from_metadata(std::string_view json) {
  const auto word = plugin_common::json_scalar(json);
  return word ? arch_from_user(*word) : std::nullopt;
}

std::optional<std::string> arch_for_people(std::string_view canonical) {
  return is_canonical(canonical) ? std::optional("sm_" + std::string(canonical)) : std::nullopt;
}

}  // namespace tcm::cuda_backend
